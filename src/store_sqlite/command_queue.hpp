// What waits for the writer: bounded, in order, many threads in and one out. Putting in never waits for work: the lock
// is held for a move.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "parley/service/message_log.hpp"

namespace parley::store {

class Job;  // a change of accounts that somebody waits for
using Command = std::variant<service::Draft, service::ReadMark, std::unique_ptr<Job>>;

struct QueueLimits {
  std::size_t commands_max;
  std::size_t bytes_max;  // of contents
};

class CommandQueue {
 public:
  explicit CommandQueue(QueueLimits limits) : limits_(limits) {}

  // False: full or closed; the command is untouched.
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
  // Whether anything waits to be taken.
  bool has_waiting() const;

  static std::size_t bytes_of(const Command& command);

 private:
  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<Command> waiting_;
  std::size_t commands_ = 0;
  std::size_t bytes_ = 0;
  bool taker_waits_ = false;
  bool closed_ = false;
};

}  // namespace parley::store
