#include "presence_board.hpp"

#include <algorithm>

namespace parley::realtime {

sio::TimePoint PresenceBoard::earliest_tell(const Entry& entry, sio::TimePoint at) {
  return entry.told_at == sio::TimePoint::min() ? at : std::max(at, entry.told_at + kSpacing);
}

bool PresenceBoard::set_due(domain::UserId user, Entry& entry, sio::TimePoint due) {
  if (entry.due == due) return false;
  if (entry.due != sio::kNever) due_.erase({entry.due, user});
  entry.due = due;
  if (due == sio::kNever) return false;
  const auto place = due_.insert({due, user}).first;
  return place == due_.begin();
}

bool PresenceBoard::came(domain::UserId user, domain::Role role, sio::TimePoint now) {
  const std::lock_guard lock(mutex_);
  Entry& entry = people_[user];
  entry.role = role;
  ++entry.sockets;
  // Back within the grace: nobody was told that they had gone.
  return set_due(user, entry, entry.told_online ? sio::kNever : earliest_tell(entry, now));
}

bool PresenceBoard::went(domain::UserId user, sio::TimePoint now, std::int64_t unix_now_us) {
  const std::lock_guard lock(mutex_);
  const auto found = people_.find(user);
  if (found == people_.end()) return false;
  Entry& entry = found->second;
  if (entry.sockets > 0) --entry.sockets;
  if (entry.sockets > 0) return false;
  entry.left_unix_us = unix_now_us;
  return set_due(user, entry, now + kGrace);
}

void PresenceBoard::set_role(domain::UserId user, domain::Role role) {
  const std::lock_guard lock(mutex_);
  if (const auto found = people_.find(user); found != people_.end()) found->second.role = role;
}

PresenceNews PresenceBoard::take_due(sio::TimePoint now, std::size_t most) {
  const std::lock_guard lock(mutex_);
  PresenceNews news{told_count_ + 1, {}};
  for (; most > 0 && !due_.empty() && due_.begin()->first <= now; --most) {
    const domain::UserId user = due_.begin()->second;
    Entry& entry = people_.find(user)->second;
    set_due(user, entry, sio::kNever);
    const bool online = entry.sockets > 0;
    if (online != entry.told_online) {
      entry.told_online = online;
      entry.told_at = now;
      news.changes.push_back({user, entry.role, online, entry.left_unix_us});
    }
    if (online) continue;
    // Who has gone is kept until the next may be told of them.
    const sio::TimePoint forget = earliest_tell(entry, now);
    if (forget > now) {
      set_due(user, entry, forget);
    } else {
      people_.erase(user);
    }
  }
  told_.insert(told_.end(), news.changes.begin(), news.changes.end());
  told_count_ += news.changes.size();
  while (told_.size() > kKeptMax) told_.pop_front();
  return news;
}

PresenceNews PresenceBoard::told_since(std::uint64_t number, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t oldest = told_count_ - told_.size() + 1;
  PresenceNews news{std::max(number, oldest), {}};
  for (std::uint64_t i = news.first; i <= told_count_ && news.changes.size() < most; ++i) {
    news.changes.push_back(told_[static_cast<std::size_t>(i - oldest)]);
  }
  return news;
}

sio::TimePoint PresenceBoard::next_due() const {
  const std::lock_guard lock(mutex_);
  return due_.empty() ? sio::kNever : due_.begin()->first;
}

service::Presence PresenceBoard::presence_of(domain::UserId user) const {
  const std::lock_guard lock(mutex_);
  const auto found = people_.find(user);
  if (found == people_.end()) return {};
  const Entry& entry = found->second;
  if (entry.told_online || entry.sockets > 0) return {true, std::nullopt};
  return {false, entry.left_unix_us};
}

std::optional<domain::Role> PresenceBoard::role_of(domain::UserId user) const {
  const std::lock_guard lock(mutex_);
  const auto found = people_.find(user);
  if (found == people_.end() || found->second.sockets == 0) return std::nullopt;
  return found->second.role;
}

std::vector<service::Seen> PresenceBoard::everybody(std::int64_t unix_now_us) const {
  const std::lock_guard lock(mutex_);
  std::vector<service::Seen> all;
  for (const auto& [user, entry] : people_) {
    if (entry.sockets > 0)
      all.push_back({user, unix_now_us});
    else if (entry.told_online)
      all.push_back({user, entry.left_unix_us});
  }
  return all;
}

}  // namespace parley::realtime
