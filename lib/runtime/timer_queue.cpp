#include "sio/runtime/timer_queue.hpp"

#include "sio/base/check.hpp"

namespace sio::rt {

void TimerQueue::arm(Timer& timer, TimePoint deadline) {
  if (deadline == kNever) return cancel(timer);
  const Entry entry{deadline, &timer};
  if (!timer.armed()) {
    heap_.push_back(entry);
    sift_up(heap_.size() - 1, entry);
    return;
  }
  const std::size_t at = timer.slot_;
  if (deadline < heap_[at].deadline) {
    sift_up(at, entry);
  } else {
    sift_down(at, entry);
  }
}

void TimerQueue::cancel(Timer& timer) {
  if (timer.armed()) remove_at(timer.slot_);
}

void TimerQueue::run_due(TimePoint now) {
  while (!heap_.empty() && heap_.front().deadline <= now) {
    Timer* timer = heap_.front().timer;
    remove_at(0);
    timer->on_timer(now);
  }
}

void TimerQueue::place(std::size_t at, Entry entry) {
  heap_[at] = entry;
  entry.timer->slot_ = static_cast<std::uint32_t>(at);
}

void TimerQueue::sift_up(std::size_t at, Entry entry) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (heap_[parent].deadline <= entry.deadline) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, entry);
}

void TimerQueue::sift_down(std::size_t at, Entry entry) {
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].deadline < heap_[child].deadline) ++child;
    if (entry.deadline <= heap_[child].deadline) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

void TimerQueue::remove_at(std::size_t at) {
  SIO_CHECK(at < heap_.size());
  heap_[at].timer->slot_ = Timer::kUnarmed;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  if (at > 0 && last.deadline < heap_[(at - 1) / 2].deadline) {
    sift_up(at, last);
  } else {
    sift_down(at, last);
  }
}

}  // namespace sio::rt
