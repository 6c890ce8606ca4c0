#include "sio/runtime/blocking_pool.hpp"

#include <pthread.h>

#include <utility>

#include "quiet_signals.hpp"
#include "sio/base/out_of_memory.hpp"

namespace sio::rt {

BlockingPool::BlockingPool(const std::string& name, unsigned threads, std::size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(threads);
  const QuietSignals quiet;
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run_or_terminate([this] { work(); }); });
    pthread_setname_np(threads_.back().native_handle(), name.substr(0, 15).c_str());
  }
}

BlockingPool::~BlockingPool() { stop(); }

void BlockingPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool BlockingPool::try_submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(task));
  }
  ready_.notify_one();
  return true;
}

std::size_t BlockingPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void BlockingPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = Task{};
    lock.lock();
  }
}

}  // namespace sio::rt
