// Reads of the store that sockets wait for. When thousands come back at once they stand in line here instead of being
// refused: the pool has room for some hundred tasks, and REST needs it too. A few of the pool's threads at most work on
// the line. It is as long as there are sessions that wait, no longer: each has one read under way.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>

#include "sio/base/task.hpp"
#include "sio/runtime/blocking_pool.hpp"

namespace parley::realtime {

class ReadLine {
 public:
  // `pool` must be stopped before the line is destroyed.
  ReadLine(sio::rt::BlockingPool& pool, unsigned workers_max) : pool_(pool), workers_max_(workers_max) {}
  ReadLine(const ReadLine&) = delete;
  ReadLine& operator=(const ReadLine&) = delete;

  // Runs `read` on a thread of the pool, after those submitted before it were begun. False: the pool is full of other
  // things and nobody works on the line; `read` was not taken. From any thread; never waits.
  [[nodiscard]] bool submit(sio::Task read);

 private:
  void work();

  sio::rt::BlockingPool& pool_;
  const unsigned workers_max_;
  std::mutex mutex_;
  std::deque<sio::Task> waiting_;
  unsigned workers_ = 0;
};

}  // namespace parley::realtime
