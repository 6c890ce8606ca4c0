// Who a socket is, and where it stands while it catches up. Kept with each socket. Private.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parley/service/access.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/message_reader.hpp"
#include "sio/server/socket.hpp"

namespace parley::realtime {

// Sends that may wait until a socket has caught up; more are refused as rate_limited.
inline constexpr std::size_t kHeldSendsMax = 64;

// A socket that reads what it missed before anything live.
struct CatchingUp {
  domain::MessageId begun_after;          // the client's after_id
  domain::MessageId sent;                 // everything up to here was sent
  bool reading = false;                   // a page is being read
  std::vector<service::ReadState> reads;  // of all pages so far
  std::vector<service::Draft> held;
};

struct Member final : sio::SocketData {
  domain::UserId user;
  domain::Role role = domain::Role::user;  // as the database has it
  bool told_of_end = false;                // that its token ends
  bool is_present = false;                 // counted by the presence board
  bool missed_presence = false;            // was left out when presence_from was told, since too much waited for it
  std::string login_id;
  std::uint64_t presence_from = 0;     // changes with smaller numbers are none of its business any more
  std::int64_t token_ends_unix_s = 0;  // leeway not included
  // Batches up to this commit were read from the log: not delivered again.
  std::uint64_t caught_up_commit = 0;
  std::unique_ptr<CatchingUp> catching_up;  // none: in its room, gets what is live
};

inline std::string room_of(domain::UserId user) { return "user_" + std::to_string(user.value); }

}  // namespace parley::realtime
