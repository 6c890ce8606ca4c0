// A shard: one thread, one event loop, its connections, its timers. Whatever lives on a shard is touched by that thread
// only; other threads reach it through post(). Nothing on a shard may block.
//
// A turn: wait for readiness, run what is ready (a bounded number of handlers), run due timers, empty the mailbox, and
// then call everybody who asked for the end of the turn: there all output of the turn goes out, one write a connection.
// Who asks for it during the end of a turn is called at the end of the next, which then waits for nothing.
//
// Lag: how long something that was ready had to wait for its handler. Within a turn that is the turn's length. When
// more was ready than a turn may handle, an event of the shard's own goes to the end of the kernel's list; its age is
// the lag until it is handled. So it sees a few long handlers, and also many short ones.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sio/base/task.hpp"
#include "sio/base/time.hpp"
#include "sio/runtime/timer_queue.hpp"

namespace sio::rt {

class Shard;

// Called once at the end of the turn in which it was marked dirty. Must be unmarked before it is destroyed.
class EndOfTurn {
 public:
  // On the shard, once.
  virtual void end_of_turn() = 0;

 protected:
  virtual ~EndOfTurn() = default;

 private:
  friend class Shard;
  static constexpr std::uint32_t kClean = UINT32_MAX;
  std::uint32_t dirty_slot_ = kClean;
};

class Shard {
 public:
  // `index`: its place in the group, for session ids.
  explicit Shard(unsigned index);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Its place in the group. From any thread.
  unsigned index() const { return index_; }
  // The shard whose thread this is; none on any other thread.
  static Shard* current();

  // Runs `task` on the shard, in the order of posting of each poster. From any thread; never waits. A task posted after
  // the loop has ended is destroyed unrun.
  void post(Task task);
  // Ends run() after the current turn. From any thread.
  void stop();
  // The loop; returns after stop(). Calls from the thread that shall be the shard's. What is thrown here (by lack of
  // memory; tasks do not throw) ends the process: a server without one of its shards only looks alive.
  void run() noexcept;
  // Destroys unrun what is posted or deferred, while what it refers to still exists. After run() has returned.
  void discard_tasks();

  // ---- on the shard only
  // The time, read once a turn when first asked for after the wait; at most a turn old.
  TimePoint now() {
    if (!now_is_fresh_) refresh_now();
    return now_;
  }
  // A handler begins: reads the time if nobody has since the wait, so that the turn's length is right.
  void begin_handler() {
    if (!now_is_fresh_) refresh_now();
  }
  // From a lag over `bound` on the shard is late, until `calm` after the last one. Before run(); never late without.
  void set_lag_bound(TimePoint::duration bound, TimePoint::duration calm) {
    lag_bound_ = bound;
    lag_calm_ = calm;
  }
  // Whether it is late now.
  bool is_late() { return now() < late_until_; }
  // The longest lag within the last second in which there was something to do, and the one before. From any thread.
  TimePoint::duration lag() const { return TimePoint::duration(told_lag_.load(std::memory_order_relaxed)); }
  // The timers of this shard.
  TimerQueue& timers() { return timers_; }
  // Asks for a call at the end of the turn; asked again before it, nothing happens.
  void mark_dirty(EndOfTurn& item);
  // Takes that back; nothing happens if it was not asked for.
  void unmark(EndOfTurn& item);
  // Runs what is posted so far, before the end of the turn. Not from a posted task, nor where one may take away what
  // the caller still uses.
  void run_posted();
  // Runs after the end-of-turn calls of this turn: the place to destroy what is still on the call stack.
  void defer(Task task) { deferred_.push_back(std::move(task)); }
  // 64 KiB that a stream reads into; its content is valid until the next read on this shard.
  std::span<char> read_buffer() { return {read_buffer_.get(), kReadBufferBytes}; }
  // Scratch text for building output; cleared by whoever uses it, never held across calls.
  std::string& scratch() { return scratch_; }

  struct Io;
  Io& io() { return *io_; }  // for lib/runtime itself

  static constexpr std::size_t kReadBufferBytes = 64 * 1024;

 private:
  void turn();
  void refresh_now();
  void note_lag(bool more_is_ready, TimePoint begun);
  void drain_mailbox();
  void flush_dirty();

  unsigned index_;
  std::unique_ptr<Io> io_;
  TimePoint now_;
  bool now_is_fresh_ = true;
  TimePoint late_until_ = TimePoint::min();
  TimePoint::duration lag_bound_ = TimePoint::duration::max();
  TimePoint::duration lag_calm_{};
  TimePoint lag_second_;  // when the second began of which longest_lag_ is
  TimePoint::duration longest_lag_{};
  std::atomic<TimePoint::rep> told_lag_{0};
  TimerQueue timers_;
  std::unique_ptr<char[]> read_buffer_;
  std::string scratch_;
  std::vector<EndOfTurn*> dirty_;
  std::vector<Task> deferred_;
};

}  // namespace sio::rt
