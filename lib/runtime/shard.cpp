#include "sio/runtime/shard.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "shard_io.hpp"
#include "sio/base/check.hpp"
#include "sio/base/out_of_memory.hpp"
#include "sio/runtime/clock.hpp"

namespace sio::rt {

namespace {

thread_local Shard* current_shard = nullptr;

// Handlers run before output is flushed: enough to batch well, few enough that the first one's answer does not wait
// long.
constexpr int kHandlersPerTurn = 256;
// An upper bound for waiting, so that a clock that was set cannot hold a shard.
constexpr auto kLongestWait = std::chrono::seconds(10);
constexpr auto kLagWindow = std::chrono::seconds(1);

void write_eventfd(int fd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);  // a full counter wakes just as well
}

// Calls `handler` each time the eventfd was written to.
template <class Handler>
void arm_eventfd(boost::asio::posix::stream_descriptor& eventfd, Handler handler) {
  eventfd.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [&eventfd, handler](const boost::system::error_code& error) {
                       if (error) return;
                       std::uint64_t count = 0;
                       [[maybe_unused]] const auto got = ::read(eventfd.native_handle(), &count, sizeof count);
                       handler();
                       arm_eventfd(eventfd, handler);
                     });
}

int open_eventfd() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

}  // namespace

Shard::Shard(unsigned index)
    : index_(index), io_(std::make_unique<Io>()), now_(monotonic_now()), read_buffer_(new char[kReadBufferBytes]) {
  io_->wake.assign(open_eventfd());
  io_->probe.assign(open_eventfd());
  arm_eventfd(io_->wake, [this] { begin_handler(); });
  arm_eventfd(io_->probe, [this] { io_->probe_lag = monotonic_now() - std::exchange(io_->probe_since, kNever); });
}

Shard::~Shard() {
  SIO_CHECK(std::all_of(dirty_.begin(), dirty_.end(), [](const EndOfTurn* item) { return item == nullptr; }));
}

Shard* Shard::current() { return current_shard; }

void Shard::post(Task task) {
  bool wake = false;
  {
    const std::lock_guard lock(io_->mutex);
    io_->mailbox.push_back(std::move(task));
    wake = !io_->signalled.exchange(true, std::memory_order_relaxed);
  }
  if (wake) write_eventfd(io_->wake.native_handle());
}

void Shard::stop() {
  io_->stopping.store(true, std::memory_order_release);
  write_eventfd(io_->wake.native_handle());
}

void Shard::run() noexcept {
  current_shard = this;
  run_or_terminate([this] {
    while (!io_->stopping.load(std::memory_order_acquire)) turn();
    drain_mailbox();
    flush_dirty();
  });
  current_shard = nullptr;
}

void Shard::discard_tasks() {
  std::vector<Task> discarded;
  do {  // destroying a task may post or defer another
    discarded.clear();
    discarded.swap(deferred_);
    const std::lock_guard lock(io_->mutex);
    discarded.insert(discarded.end(), std::make_move_iterator(io_->mailbox.begin()),
                     std::make_move_iterator(io_->mailbox.end()));
    io_->mailbox.clear();
  } while (!discarded.empty());
}

void Shard::refresh_now() {
  now_ = monotonic_now();
  now_is_fresh_ = true;
}

void Shard::turn() {
  const TimePoint wait_until = std::min(timers_.next(), now() + kLongestWait);
  now_is_fresh_ = false;  // the first handler runs inside the wait
  int handlers = 0;
  if (dirty_.empty() && io_->context.run_one_until(wait_until) != 0) ++handlers;
  // Also if a timer is due already: sockets must not starve behind timers.
  while (handlers < kHandlersPerTurn && io_->context.poll_one() != 0) ++handlers;
  const TimePoint begun = now();  // read when the first handler began
  timers_.run_due(begun);
  drain_mailbox();
  flush_dirty();
  refresh_now();
  note_lag(handlers == kHandlersPerTurn, begun);
}

void Shard::note_lag(bool more_is_ready, TimePoint begun) {
  TimePoint::duration lag = std::max(now_ - begun, std::exchange(io_->probe_lag, {}));
  if (io_->probe_since != kNever) {
    lag = std::max(lag, now_ - io_->probe_since);
  } else if (more_is_ready) {
    io_->probe_since = now_;
    write_eventfd(io_->probe.native_handle());
  }
  if (lag > lag_bound_) late_until_ = now_ + lag_calm_;
  if (now_ - lag_second_ > kLagWindow) {
    told_lag_.store(longest_lag_.count(), std::memory_order_relaxed);
    lag_second_ = now_;
    longest_lag_ = {};
  }
  longest_lag_ = std::max(longest_lag_, lag);
  if (longest_lag_.count() > told_lag_.load(std::memory_order_relaxed)) {
    told_lag_.store(longest_lag_.count(), std::memory_order_relaxed);
  }
}

void Shard::run_posted() {
  if (io_->signalled.load(std::memory_order_acquire)) drain_mailbox();
}

void Shard::drain_mailbox() {
  auto& draining = io_->draining;
  {
    const std::lock_guard lock(io_->mutex);
    io_->signalled.store(false, std::memory_order_relaxed);
    draining.swap(io_->mailbox);
  }
  for (Task& task : draining) task();
  draining.clear();
}

void Shard::mark_dirty(EndOfTurn& item) {
  if (item.dirty_slot_ != EndOfTurn::kClean) return;
  item.dirty_slot_ = static_cast<std::uint32_t>(dirty_.size());
  dirty_.push_back(&item);
}

void Shard::unmark(EndOfTurn& item) {
  if (item.dirty_slot_ == EndOfTurn::kClean) return;
  dirty_[item.dirty_slot_] = nullptr;
  item.dirty_slot_ = EndOfTurn::kClean;
}

void Shard::flush_dirty() {
  // Only those marked so far: whoever marks himself again and again would hold the loop.
  const std::size_t due = dirty_.size();
  for (std::size_t i = 0; i < due; ++i) {
    EndOfTurn* item = dirty_[i];
    if (item == nullptr) continue;
    item->dirty_slot_ = EndOfTurn::kClean;
    item->end_of_turn();
  }
  for (std::size_t i = 0; i < deferred_.size(); ++i) {  // NOLINT(modernize-loop-convert): grows while it is walked
    Task task = std::move(deferred_[i]);
    task();
  }
  deferred_.clear();
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(due));
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    if (dirty_[i] != nullptr) dirty_[i]->dirty_slot_ = static_cast<std::uint32_t>(i);
  }
}

}  // namespace sio::rt
