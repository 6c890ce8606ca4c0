// Tells the sockets of one shard who came and went, some sockets a turn: neither thousands who are to hear of one
// person nor one who is to hear of thousands may hold up messages. For the shard's thread. Private.
//
// Admins hear of users, users of admins. A socket for which too much waits already is left out and never closed for it;
// once that is gone it is told what it missed (Chat::Parts::tell_missed).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parley/domain/user.hpp"
#include "sio/runtime/shard.hpp"
#include "sio/runtime/timer_queue.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/socket.hpp"

namespace parley::realtime {

// The sockets of admins. Those of users are in no such room: it would cost each of them as much as its own.
inline constexpr std::string_view kAdminsRoom = "role_admin";

struct Announcement {
  domain::Role about = domain::Role::user;
  sio::EncodedPacket packet;
};
struct Announcements {
  std::uint64_t first = 0;  // its number (PresenceNews)
  std::vector<Announcement> all;
};
inline bool is_for(domain::Role role, domain::Role about) { return role != about; }

// False: too much waits for the socket. Not volatile as the library means it: that would leave out most clients that
// poll.
bool try_send(sio::Socket& socket, const sio::EncodedPacket& packet);

class Announcer final : public sio::rt::Timer {
 public:
  // `on_told`: on the shard, when all of what was given has been told here.
  Announcer(sio::rt::Shard& shard, sio::Namespace& nsp, std::function<void()> on_told);
  ~Announcer() override = default;  // after the server has stopped

  // What was given before must have been told.
  void tell(std::shared_ptr<const Announcements> news);
  void on_timer(sio::TimePoint now) override;

 private:
  static constexpr std::size_t kSocketsPerTurn = 128;
  static constexpr sio::Milliseconds kPause{5};
  std::span<sio::Socket* const> audience();
  void tell(sio::Socket& socket) const;

  sio::rt::Shard& shard_;
  sio::Namespace& nsp_;
  std::function<void()> on_told_;
  std::shared_ptr<const Announcements> news_;
  bool about_admins_ = false;  // some of it: all sockets are looked through, not those of admins alone
  // Sockets that come first in the list and have not been told yet. Who comes meanwhile is behind them, and knows.
  std::size_t left_ = 0;
};

}  // namespace parley::realtime
