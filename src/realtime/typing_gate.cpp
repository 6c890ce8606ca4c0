#include "typing_gate.hpp"

#include <algorithm>

namespace parley::realtime {

bool TypingGate::admit(const TypingSignal& signal, sio::TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto [found, first] = pairs_.try_emplace({signal.sender, signal.receiver}, Pair{now, std::nullopt});
  Pair& pair = found->second;
  if (first || now - pair.passed_on >= kSpacing) {
    pair = {now, std::nullopt};
    return true;
  }
  pair.waiting = signal.typing;
  return false;
}

std::vector<TypingSignal> TypingGate::take_due(sio::TimePoint now) {
  std::vector<TypingSignal> due;
  const std::lock_guard lock(mutex_);
  for (auto each = pairs_.begin(); each != pairs_.end();) {
    auto& [people, pair] = *each;
    if (now - pair.passed_on < kSpacing) {
      ++each;
    } else if (pair.waiting) {
      due.push_back({people.first, people.second, *pair.waiting});
      pair = {now, std::nullopt};
      ++each;
    } else {
      each = pairs_.erase(each);
    }
  }
  return due;
}

sio::TimePoint TypingGate::next_due() const {
  const std::lock_guard lock(mutex_);
  sio::TimePoint next = sio::kNever;
  for (const auto& [people, pair] : pairs_) next = std::min(next, pair.passed_on + kSpacing);
  return next;
}

std::size_t TypingGate::size() const {
  const std::lock_guard lock(mutex_);
  return pairs_.size();
}

}  // namespace parley::realtime
