#include "typing_gate.hpp"

namespace parley::realtime {

bool TypingGate::admit(const TypingSignal& signal, sio::TimePoint now) {
  const std::lock_guard lock(mutex_);
  const People people{signal.sender, signal.receiver};
  const auto [found, first] = pairs_.try_emplace(people, Pair{now, std::nullopt});
  Pair& pair = found->second;
  if (!first && now - pair.passed_on < kSpacing) {
    pair.waiting = signal.typing;
    return false;
  }
  pass_on(people, pair, now);
  return true;
}

void TypingGate::pass_on(const People& people, Pair& pair, sio::TimePoint now) {
  pair = {now, std::nullopt};
  due_.push_back({now + kSpacing, people});
}

std::vector<TypingSignal> TypingGate::take_due(sio::TimePoint now) {
  std::vector<TypingSignal> due;
  const std::lock_guard lock(mutex_);
  while (!due_.empty() && due_.front().at <= now) {
    const People people = due_.front().people;
    due_.pop_front();
    const auto found = pairs_.find(people);
    // Passed on again meanwhile, or forgotten: there is, or was, another one for it.
    if (found == pairs_.end() || now - found->second.passed_on < kSpacing) continue;
    if (const auto waiting = found->second.waiting) {
      due.push_back({people.first, people.second, *waiting});
      pass_on(people, found->second, now);
    } else {
      pairs_.erase(found);
    }
  }
  return due;
}

sio::TimePoint TypingGate::next_due() const {
  const std::lock_guard lock(mutex_);
  return due_.empty() ? sio::kNever : due_.front().at;
}

std::size_t TypingGate::size() const {
  const std::lock_guard lock(mutex_);
  return pairs_.size();
}

}  // namespace parley::realtime
