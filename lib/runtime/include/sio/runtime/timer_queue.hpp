// Timers of one shard: a binary heap of deadlines. Arming, re-arming and cancelling are O(log n) and allocate nothing
// but the heap's own growth (16 bytes an armed timer). Not thread-safe: everything happens on the shard. No clock here:
// the time is passed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sio/base/time.hpp"

namespace sio::rt {

class TimerQueue;

// Base of whatever wants to be called at a time. Destroying it cancels it. 16 bytes.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Whether it waits for a deadline.
  bool armed() const { return slot_ != kUnarmed; }
  // May arm itself again, and may destroy itself.
  virtual void on_timer(TimePoint now) = 0;

 protected:
  virtual ~Timer() = default;  // the queue never owns; a derived class must have cancelled (TimerQueue::cancel)

 private:
  friend class TimerQueue;
  static constexpr std::uint32_t kUnarmed = UINT32_MAX;
  std::uint32_t slot_ = kUnarmed;
};

class TimerQueue {
 public:
  // Arms or re-arms. kNever cancels.
  void arm(Timer& timer, TimePoint deadline);
  // Its call does not come; nothing happens if it was not armed.
  void cancel(Timer& timer);
  // Earliest deadline; kNever if none.
  TimePoint next() const { return heap_.empty() ? kNever : heap_.front().deadline; }
  // Calls every timer that is due, earliest first. A timer armed meanwhile for `now` or earlier is called too.
  void run_due(TimePoint now);
  // How many timers are armed.
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    TimePoint deadline;
    Timer* timer;
  };
  void place(std::size_t at, Entry entry);
  void sift_up(std::size_t at, Entry entry);
  void sift_down(std::size_t at, Entry entry);
  void remove_at(std::size_t at);

  std::vector<Entry> heap_;
};

}  // namespace sio::rt
