// A shard: one thread, one event loop, its connections, its timers. Whatever lives on a shard is touched by that thread
// only; other threads reach it through post(). Nothing on a shard may block.
//
// A turn: wait for readiness, run what is ready (a bounded number of handlers), run due timers, empty the mailbox, and
// then call everybody who asked for the end of the turn: there all output of the turn goes out, one write a connection.
// Who asks for it during the end of a turn is called at the end of the next, which then waits for nothing.
#pragma once

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
  void drain_mailbox();
  void flush_dirty();

  unsigned index_;
  std::unique_ptr<Io> io_;
  TimePoint now_;
  bool now_is_fresh_ = true;
  TimerQueue timers_;
  std::unique_ptr<char[]> read_buffer_;
  std::string scratch_;
  std::vector<EndOfTurn*> dirty_;
  std::vector<Task> deferred_;
};

}  // namespace sio::rt
