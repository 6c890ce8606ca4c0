// How often typing is passed on: from one person to another the first signal at once, then the latest, at most once a
// second, whatever number of devices sends it. One for all shards; from any thread. Times are passed in. Private.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "parley/domain/ids.hpp"
#include "sio/base/time.hpp"

namespace parley::realtime {

struct TypingSignal {
  domain::UserId sender;
  domain::UserId receiver;
  bool typing = false;
};

class TypingGate {
 public:
  static constexpr sio::Milliseconds kSpacing{1'000};

  // True: pass it on now. False: it is passed on later, unless another one replaces it.
  [[nodiscard]] bool admit(const TypingSignal& signal, sio::TimePoint now);
  // What waited and is to be passed on now; pairs that have been quiet are forgotten.
  std::vector<TypingSignal> take_due(sio::TimePoint now);
  // kNever: nothing waits, nothing is to be forgotten. Only a signal that was passed on makes it earlier.
  sio::TimePoint next_due() const;
  // Pairs that are remembered.
  std::size_t size() const;

 private:
  using People = std::pair<domain::UserId, domain::UserId>;  // sender, receiver
  struct Pair {
    sio::TimePoint passed_on;
    std::optional<bool> waiting;
  };
  struct Due {
    sio::TimePoint at;
    People people;
  };
  void pass_on(const People& people, Pair& pair, sio::TimePoint now);

  mutable std::mutex mutex_;
  std::map<People, Pair> pairs_;
  std::deque<Due> due_;  // one for each time that something was passed on, the earliest first
};

}  // namespace parley::realtime
