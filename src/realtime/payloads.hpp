// What the server sends, as JSON: events and the fields of acknowledgements. Names and fields are the contract's
// (section 4). Pure. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/service/access.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/message_reader.hpp"
#include "presence_board.hpp"
#include "typing_gate.hpp"

namespace parley::realtime {

// An error as the client gets it. `code` and `sentence` are fixed texts.
struct ChatError {
  std::string_view code;
  std::string_view sentence;
  std::int64_t retry_after_ms = 0;  // above 0: told to the client
};
ChatError invalid_payload(std::string_view sentence);
ChatError to_chat_error(service::SendError error);
ChatError rate_limited(std::int64_t retry_after_ms);
// Whatever the reason, waiting a second before the next try spares a store that does not come along.
inline constexpr std::int64_t kStorageRetryMs = 1'000;
ChatError storage_unavailable();
ChatError unknown_event();
ChatError internal_error();
ChatError not_authorized(service::AccessError error);

// `ok`: as the fields of an acknowledgement, with "ok":true in front; else as the event's payload.
std::string message_sent(const service::Stored& stored, bool ok);
std::string message_sent(const service::Duplicate& duplicate, bool ok);
std::string read_status_update(domain::UserId sender, domain::UserId receiver, domain::MessageId up_to, bool ok);
std::string receive_message(const domain::Message& message);
std::string connection(domain::UserId user);
std::string presence_changed(const PresenceChange& change);
std::string typing_event(const TypingSignal& signal);
// `page`: the last one. `after`: where the client began. `reads`: of all pages.
std::string resumed(const service::CatchUp& page, domain::MessageId after,
                    const std::vector<service::ReadState>& reads);
std::string resume_page(const service::CatchUp& page);
// Payload of the event `error`; no `event` and an empty `client_id` are left out.
std::string error_event(const ChatError& error, std::optional<std::string_view> event, std::string_view client_id);
// Fields of a failed acknowledgement: {"ok":false,…}.
std::string error_ack(const ChatError& error);

}  // namespace parley::realtime
