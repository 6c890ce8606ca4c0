#include <algorithm>
#include <iterator>
#include <utility>

#include "sio/base/check.hpp"
#include "sio/server/recovery.hpp"

namespace sio {

std::size_t memory_bytes(const RecoverableEvent& event) {
  constexpr std::size_t kAllocation = 32;  // what an allocation costs besides its bytes
  std::size_t bytes = sizeof event + 2 * kAllocation + event.packet.text.size();
  for (const SharedBytes& attachment : event.packet.attachments) bytes += kAllocation + attachment.size();
  for (const auto* rooms : {&event.target.rooms, &event.target.except_rooms}) {
    for (const std::string& room : *rooms) bytes += sizeof(std::string) + room.size();
  }
  return bytes;
}

bool RecoverableSession::was_in(std::string_view room, LogPosition position) const {
  if (room == sid) return true;
  return std::any_of(stays.begin(), stays.end(), [&](const RoomStay& stay) {
    return stay.since < position && position <= stay.until && stay.room == room;
  });
}

bool RecoverableSession::is_for_me(const RecoverableEvent& event, LogPosition position) const {
  if (position <= joined) return false;
  if (event.only != 0) return event.only == key;
  const auto here = [&](const std::string& room) { return was_in(room, position); };
  const EmitTarget& target = event.target;
  if (target.except_socket && std::find(refs.begin(), refs.end(), target.except_socket) != refs.end()) return false;
  if (std::find(had.begin(), had.end(), event.id) != had.end()) return false;
  if (std::any_of(target.except_rooms.begin(), target.except_rooms.end(), here)) return false;
  return target.rooms.empty() || std::any_of(target.rooms.begin(), target.rooms.end(), here);
}

void MemoryRecoveryStore::append(LogPosition position, std::shared_ptr<const RecoverableEvent> event) {
  SIO_CHECK(position == dropped_ + events_.size() + 1);
  bytes_ += memory_bytes(*event);
  events_.push_back(std::move(event));
  while (!events_.empty() && (events_.size() > limits_.events_max || bytes_ > limits_.events_bytes_max)) {
    ++dropped_;
    bytes_ -= memory_bytes(*events_.front());
    events_.pop_front();
  }
}

void MemoryRecoveryStore::visit_back(const Visitor& visitor) const {
  for (std::size_t i = events_.size(); i > 0; --i) {
    if (!visitor(dropped_ + i, events_[i - 1])) return;
  }
}

void MemoryRecoveryStore::keep(RecoverableSession session) {
  // Nearly always the youngest; one that was taken and comes back unused may be older.
  auto place = sessions_.end();
  while (place != sessions_.begin() && std::prev(place)->ended_at > session.ended_at) --place;
  const std::uint64_t key = session.key;
  by_key_[key] = sessions_.insert(place, std::move(session));
}

const RecoverableSession* MemoryRecoveryStore::find(std::uint64_t key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &*found->second;
}

RecoverableSession MemoryRecoveryStore::take(std::uint64_t key) {
  const auto found = by_key_.find(key);
  SIO_CHECK(found != by_key_.end());
  RecoverableSession session = std::move(*found->second);
  sessions_.erase(found->second);
  by_key_.erase(found);
  return session;
}

std::vector<RecoverableSession> MemoryRecoveryStore::remove_expired(TimePoint now) {
  std::vector<RecoverableSession> removed;
  while (!sessions_.empty() && (sessions_.size() > limits_.sessions_max ||
                                now - sessions_.front().ended_at > limits_.max_disconnection_duration)) {
    by_key_.erase(sessions_.front().key);
    removed.push_back(std::move(sessions_.front()));
    sessions_.pop_front();
  }
  return removed;
}

}  // namespace sio
