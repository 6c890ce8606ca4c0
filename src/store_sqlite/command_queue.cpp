#include "command_queue.hpp"

#include <utility>

#include "job.hpp"

namespace parley::store {

std::size_t CommandQueue::bytes_of(const Command& command) {
  const auto* draft = std::get_if<service::Draft>(&command);
  return draft == nullptr ? 0 : draft->content.size() + draft->client_id.size();
}

bool CommandQueue::try_push(Command& command) {
  const std::size_t bytes = bytes_of(command);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || commands_ >= limits_.commands_max || bytes_ + bytes > limits_.bytes_max) return false;
    waiting_.push_back(std::move(command));
    ++commands_;
    bytes_ += bytes;
    wake = std::exchange(taker_waits_, false);
  }
  if (wake) ready_.notify_one();
  return true;
}

bool CommandQueue::take(std::vector<Command>& into) {
  into.clear();
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !closed_) {
    taker_waits_ = true;
    ready_.wait(lock);
  }
  taker_waits_ = false;
  waiting_.swap(into);
  return !into.empty();
}

void CommandQueue::release(std::size_t commands, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  commands_ -= commands;
  bytes_ -= bytes;
}

void CommandQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  ready_.notify_one();
}

std::size_t CommandQueue::size() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

bool CommandQueue::has_waiting() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

}  // namespace parley::store
