#include "read_line.hpp"

#include <utility>

namespace parley::realtime {

bool ReadLine::submit(sio::Task read) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(read));
  if (workers_ == workers_max_) return true;
  if (pool_.try_submit([this] { work(); })) {
    ++workers_;
  } else if (workers_ == 0) {
    waiting_.pop_back();
    return false;
  }
  return true;
}

void ReadLine::work() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty()) {
    sio::Task read = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    read();
    read = {};
    lock.lock();
  }
  --workers_;
}

}  // namespace parley::realtime
