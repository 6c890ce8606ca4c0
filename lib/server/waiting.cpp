#include "waiting.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core.hpp"
#include "engine_session.hpp"

namespace sio {

namespace {

constexpr std::size_t kStepMax = 64 * 1024;
constexpr int kEndsPerTurn = 64;  // the rest in the next: others are waiting

}  // namespace

WaitingBudget::WaitingBudget(std::size_t bytes_max, unsigned shards)
    : bytes_max_(bytes_max),
      step_(bytes_max == 0 ? kStepMax : std::clamp<std::size_t>(bytes_max / 1'024, 1, kStepMax)),
      slots_(shards) {}

std::size_t WaitingBudget::bytes() const {
  std::size_t sum = 0;
  for (const Slot& slot : slots_) sum += slot.bytes.load(std::memory_order_relaxed);
  return sum;
}

unsigned WaitingBudget::most_stalled() const {
  unsigned found = kNone;
  TimePoint::rep oldest = kNever.time_since_epoch().count();
  for (unsigned i = 0; i < slots_.size(); ++i) {
    const TimePoint::rep since = slots_[i].oldest.load(std::memory_order_relaxed);
    if (since >= oldest) continue;
    oldest = since;
    found = i;
  }
  return found;
}

void ShardWaiting::update(Entry*& entry, Kind kind, Handle handle, std::size_t bytes, bool moved) {
  if (bytes == 0) return remove(entry);
  if (entry == nullptr) {
    entries_.push_back({handle, kind, 0, state_.shard.now(), {}});
    entry = &entries_.back();
    entry->self = std::prev(entries_.end());
  } else if (moved) {
    entry->since = state_.shard.now();
    entries_.splice(entries_.end(), entries_, entry->self);
  }
  bytes_ += bytes - entry->bytes;
  entry->bytes = bytes;
  tell();
}

void ShardWaiting::remove(Entry*& entry) {
  if (entry == nullptr) return;
  bytes_ -= entry->bytes;
  entries_.erase(std::exchange(entry, nullptr)->self);
  tell();
}

void ShardWaiting::tell() {
  WaitingBudget::Slot& slot = budget_.slots_[state_.shard.index()];
  const TimePoint oldest = entries_.empty() ? kNever : entries_.front().since;
  if (oldest != told_oldest_) {
    told_oldest_ = oldest;
    slot.oldest.store(oldest.time_since_epoch().count(), std::memory_order_relaxed);
  }
  const std::size_t difference = bytes_ > told_bytes_ ? bytes_ - told_bytes_ : told_bytes_ - bytes_;
  if (difference < budget_.step_ && bytes_ != 0) return;
  const bool grew = bytes_ > told_bytes_;
  told_bytes_ = bytes_;
  slot.bytes.store(bytes_, std::memory_order_relaxed);
  if (grew && budget_.over() && budget_.take_duty()) state_.shard.post([this] { relieve(); });
}

// Goes from shard to shard with the duty.
void ShardWaiting::relieve() {
  for (int ended = 0; budget_.over(); ++ended) {
    const unsigned worst = budget_.most_stalled();
    if (worst == WaitingBudget::kNone) break;
    if (worst != state_.shard.index() || ended == kEndsPerTurn) {
      ShardState& there = state_.core.state(worst);
      return there.shard.post([&there] { there.waiting.relieve(); });
    }
    end_most_stalled();
  }
  budget_.give_duty_up();
  // Somebody may have gone over it meanwhile and found the duty taken.
  if (budget_.over() && budget_.most_stalled() != WaitingBudget::kNone && budget_.take_duty()) {
    state_.shard.post([this] { relieve(); });
  }
}

void ShardWaiting::end_most_stalled() {
  if (entries_.empty()) return;  // it has just gone, and tell() has said so
  const Entry first = entries_.front();
  state_.load.slow_by_budget.fetch_add(1, std::memory_order_relaxed);
  if (first.kind == Kind::session) {
    if (EngineSession* session = state_.sessions.find(first.handle)) session->end_stalled();
  } else if (Connection* connection = state_.connections.find(first.handle)) {
    connection->end_stalled();
  }
}

}  // namespace sio
