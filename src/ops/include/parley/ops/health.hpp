// Whether the process is ready for traffic, and why not. Alive it is as long as it can say so.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace parley::ops {

class Health {
 public:
  enum class State : std::uint8_t { starting, ready, storage_failed, damaged, draining };

  // Any order, except that draining is final and that what is damaged never gets ready.
  void set(State next) {
    State now = state_.load();
    while (now != State::draining && !(now == State::damaged && next == State::ready) &&
           !state_.compare_exchange_weak(now, next)) {
    }
  }
  State state() const { return state_.load(); }
  bool ready() const { return state() == State::ready; }

 private:
  std::atomic<State> state_{State::starting};
};

inline std::string_view to_string(Health::State state) {
  switch (state) {
    case Health::State::starting:
      return "starting";
    case Health::State::ready:
      return "ready";
    case Health::State::storage_failed:
      return "storage_failed";
    case Health::State::damaged:
      return "damaged";
    case Health::State::draining:
      return "draining";
  }
  return "unknown";
}

}  // namespace parley::ops
