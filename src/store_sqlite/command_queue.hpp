// What waits for the writer: bounded, in order, many threads in and one out. Putting in never waits for work: the lock
// is held for a move. Bounded in time as well: while the oldest of what waits has waited for too long, the writer does
// not come along, and whoever asks now is told so at once instead of waiting as long or longer.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "parley/service/message_log.hpp"
#include "sio/base/time.hpp"

namespace parley::store {

class Job;  // a change of accounts that somebody waits for
using Command = std::variant<service::Draft, service::ReadMark, std::unique_ptr<Job>>;

struct QueueLimits {
  std::size_t commands_max;
  std::size_t bytes_max;      // of contents
  sio::Milliseconds age_max;  // of the oldest that waits or is being worked on
};

class CommandQueue {
 public:
  explicit CommandQueue(QueueLimits limits) : limits_(limits) {}

  // False: full, too old or closed; the command is untouched.
  [[nodiscard]] bool try_push(Command& command);
  // Waits until something is there or the queue is closed, then takes all of it; what `into` held is dropped. False:
  // closed, and nothing is left. What was taken still counts as queued until release().
  [[nodiscard]] bool take(std::vector<Command>& into);
  // `commands` with `bytes` of what was taken are done with.
  void release(std::size_t commands, std::size_t bytes);
  // Nothing comes in any more.
  void close();
  // Commands waiting or being worked on.
  std::size_t size() const;
  // How long the oldest of them has been there; up to 50 ms too much. 0: none.
  sio::Milliseconds age() const;
  // How often a command was refused because of that age.
  std::uint64_t refused_for_age() const;
  // Whether anything waits to be taken.
  bool has_waiting() const;

  static std::size_t bytes_of(const Command& command);

 private:
  // Command number `first` and those after it came at that time or later.
  struct Mark {
    std::uint64_t first;
    sio::TimePoint at;
  };
  void note_arrival(sio::TimePoint now);
  void forget_marks();
  sio::TimePoint::duration age(sio::TimePoint now) const;

  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<Command> waiting_;
  std::size_t commands_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t done_ = 0;  // the number of the oldest command that is not done with
  std::deque<Mark> marks_;  // one for each 50 ms in which something came; the first is that of the oldest
  std::uint64_t refused_for_age_ = 0;
  bool taker_waits_ = false;
  bool closed_ = false;
};

}  // namespace parley::store
