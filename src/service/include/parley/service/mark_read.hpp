// Marking as read: nothing but marks of one's own, and never beyond what can have been seen.
#pragma once

#include <cstdint>
#include <optional>

#include "parley/service/message_log.hpp"

namespace parley::service {

enum class MarkError : std::uint8_t { invalid_payload, storage_unavailable };

// From any thread; never blocks. `up_to` none: everything up to `emitted`, the newest id that this node had emitted
// when the request came. None: queued, an outcome will come for `origin`.
std::optional<MarkError> mark_read(MessageLog& log, domain::UserId reader, domain::UserId sender,
                                   std::optional<domain::MessageId> up_to, domain::MessageId emitted, Origin origin);

}  // namespace parley::service
