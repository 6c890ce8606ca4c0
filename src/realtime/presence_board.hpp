// Who is here, and what of that is still to be told. One for all shards; from any thread. No clock and no sockets here:
// times are passed in, and whoever tells asks what is due. Private.
//
// Who comes is told at once; who has gone when nobody came back for 10 s. After a person was told of, the next is told
// a second later at the earliest, and then only what holds by then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parley/domain/user.hpp"
#include "parley/service/presence.hpp"
#include "sio/base/time.hpp"

namespace parley::realtime {

struct PresenceChange {
  domain::UserId user;
  domain::Role role = domain::Role::user;
  bool online = false;
  std::int64_t last_seen_unix_us = 0;  // of who is not online: when the last connection ended
};

// Changes in the order told. They are numbered from 1; the first of these has number `first`.
struct PresenceNews {
  std::uint64_t first = 0;
  std::vector<PresenceChange> changes;
};

class PresenceBoard {
 public:
  // Of what was told, so many are kept for those who were left out.
  static constexpr std::size_t kKeptMax = 8'192;
  static constexpr sio::Milliseconds kGrace{10'000};
  static constexpr sio::Milliseconds kSpacing{1'000};

  // A socket of the person comes, or goes. True: next_due() is earlier than it was.
  bool came(domain::UserId user, domain::Role role, sio::TimePoint now);
  bool went(domain::UserId user, sio::TimePoint now, std::int64_t unix_now_us);
  // What counts from now on. Nothing happens if nobody of that id is here.
  void set_role(domain::UserId user, domain::Role role);

  // What is to be told now, the longest due first; it counts as told. Looks at `most` people: of what is left, the
  // latest is told when it is asked for.
  PresenceNews take_due(sio::TimePoint now, std::size_t most);
  // What was told from that number on, as far as it is kept; `most` at once.
  PresenceNews told_since(std::uint64_t number, std::size_t most) const;
  // When the next is due; kNever: nothing is.
  sio::TimePoint next_due() const;

  // As it was told, or will be at once: who went lately is still here.
  service::Presence presence_of(domain::UserId user) const;
  // Of who is here.
  std::optional<domain::Role> role_of(domain::UserId user) const;
  // Everybody who is here, as if they went now.
  std::vector<service::Seen> everybody(std::int64_t unix_now_us) const;

 private:
  struct Entry {
    std::uint32_t sockets = 0;
    domain::Role role = domain::Role::user;
    bool told_online = false;
    sio::TimePoint told_at = sio::TimePoint::min();  // min: never
    sio::TimePoint due = sio::kNever;                // as in due_
    std::int64_t left_unix_us = 0;
  };
  // True: it is the earliest of all now.
  bool set_due(domain::UserId user, Entry& entry, sio::TimePoint due);
  static sio::TimePoint earliest_tell(const Entry& entry, sio::TimePoint at);

  mutable std::mutex mutex_;
  std::unordered_map<domain::UserId, Entry> people_;
  std::set<std::pair<sio::TimePoint, domain::UserId>> due_;
  std::deque<PresenceChange> told_;  // the newest has number told_count_
  std::uint64_t told_count_ = 0;
};

}  // namespace parley::realtime
