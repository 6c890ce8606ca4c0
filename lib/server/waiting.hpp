// What waits for clients: on each shard a list of whoever has something waiting, the most stalled (longest without
// progress) first; over all shards a budget. Over it the most stalled are ended, whatever shard they are on, until it
// is kept. Private.
//
// What counts is what one client's queue costs if nobody shares its bytes: those that wait, as on the wire, and
// kPacketBytes for each packet. Bytes that several sessions share are held once and count for each of them, so the
// count is never below what is held.
//
// A shard adds up in memory of its own, at the end of turns; it tells the others by two atomics in a cache line of its
// own, when its sum has changed by a step. So the sum over all may be off by one step a shard.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "handle_table.hpp"
#include "sio/base/time.hpp"

namespace sio {

struct ShardState;

class WaitingBudget {
 public:
  // `bytes_max` 0: no bound.
  WaitingBudget(std::size_t bytes_max, unsigned shards);

  // What waits on all shards, as they last told. From any thread.
  std::size_t bytes() const;
  bool over() const { return bytes_max_ != 0 && bytes() > bytes_max_; }
  // The shard with the most stalled; none: nothing waits anywhere.
  static constexpr unsigned kNone = UINT32_MAX;
  unsigned most_stalled() const;

  // One shard at a time has the duty to end somebody. True: the caller has it now.
  bool take_duty() { return !duty_.exchange(true, std::memory_order_acq_rel); }
  void give_duty_up() { duty_.store(false, std::memory_order_release); }

 private:
  friend class ShardWaiting;
  struct alignas(64) Slot {
    std::atomic<std::size_t> bytes{0};
    std::atomic<TimePoint::rep> oldest{kNever.time_since_epoch().count()};
  };

  const std::size_t bytes_max_;
  const std::size_t step_;
  std::atomic<bool> duty_{false};
  std::vector<Slot> slots_;
};

class ShardWaiting {
 public:
  static constexpr std::size_t kPacketBytes = 64;

  enum class Kind : unsigned char { session, connection };
  struct Entry {
    Handle handle;
    Kind kind;
    std::size_t bytes;
    TimePoint since;  // nothing of it has moved since then
    std::list<Entry>::iterator self;
  };

  ShardWaiting(ShardState& state, WaitingBudget& budget) : state_(state), budget_(budget) {}
  ShardWaiting(const ShardWaiting&) = delete;
  ShardWaiting& operator=(const ShardWaiting&) = delete;

  // `bytes` wait for `handle` now; `moved`: the client took something since the last call. `entry` is the caller's,
  // null at first, and null while nothing waits. The caller removes it before it goes.
  void update(Entry*& entry, Kind kind, Handle handle, std::size_t bytes, bool moved);
  void remove(Entry*& entry);
  std::size_t bytes() const { return bytes_; }

 private:
  void tell();
  void relieve();
  void end_most_stalled();

  ShardState& state_;
  WaitingBudget& budget_;
  std::list<Entry> entries_;  // most stalled first
  std::size_t bytes_ = 0;
  std::size_t told_bytes_ = 0;
  TimePoint told_oldest_ = kNever;
};

}  // namespace sio
