#include "command_queue.hpp"

#include <utility>

#include "job.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::store {

namespace {

constexpr sio::Milliseconds kMarkSpacing{50};

}  // namespace

std::size_t CommandQueue::bytes_of(const Command& command) {
  const auto* draft = std::get_if<service::Draft>(&command);
  return draft == nullptr ? 0 : draft->content.size() + draft->client_id.size();
}

bool CommandQueue::try_push(Command& command) {
  const std::size_t bytes = bytes_of(command);
  const sio::TimePoint now = sio::rt::monotonic_tick();
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || commands_ >= limits_.commands_max || bytes_ + bytes > limits_.bytes_max) return false;
    if (age(now) > limits_.age_max) {
      ++refused_for_age_;
      return false;
    }
    note_arrival(now);
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
  done_ += commands;
  forget_marks();
}

void CommandQueue::note_arrival(sio::TimePoint now) {
  if (marks_.empty() || now - marks_.back().at >= kMarkSpacing) marks_.push_back({done_ + commands_, now});
}

void CommandQueue::forget_marks() {
  if (commands_ == 0) return marks_.clear();
  while (marks_.size() > 1 && marks_[1].first <= done_) marks_.pop_front();
}

sio::TimePoint::duration CommandQueue::age(sio::TimePoint now) const {
  return marks_.empty() ? sio::TimePoint::duration::zero() : now - marks_.front().at;
}

sio::Milliseconds CommandQueue::age() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::duration_cast<sio::Milliseconds>(age(sio::rt::monotonic_tick()));
}

std::uint64_t CommandQueue::refused_for_age() const {
  const std::lock_guard lock(mutex_);
  return refused_for_age_;
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
