// Threads where blocking is allowed: SQL reads, password hashes, files. A bounded queue: full means overload, and the
// caller answers so at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sio/base/task.hpp"

namespace sio::rt {

class BlockingPool {
 public:
  // `name`: at most 15 characters, shown by ps and gdb. The threads take no signals of the process.
  BlockingPool(const std::string& name, unsigned threads, std::size_t queue_max);
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // Finishes what is queued, takes nothing more, and joins. On the thread that made the pool.
  void stop();
  // False: the queue is full (or stopped), the task was not taken. From any thread; never waits. A task that throws
  // ends the process.
  [[nodiscard]] bool try_submit(Task task);
  // Tasks that wait for a thread. From any thread.
  std::size_t queued() const;

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> queue_;
  std::size_t queue_max_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sio::rt
