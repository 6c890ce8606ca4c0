// For tests alone: the monotonic clock of the test's process stands still and moves when told, so that limits of
// seconds and minutes are tested at their real values without waiting. A test executable that links `moved_clock` has
// its clock_gettime replaced. Who waits for a time must be woken to see the clock move.
#pragma once

#include <chrono>

namespace sio::test {

// One at a time. Afterwards the clock goes on from where it was told to be.
class StoppedClock {
 public:
  StoppedClock();
  ~StoppedClock();
  StoppedClock(const StoppedClock&) = delete;
  StoppedClock& operator=(const StoppedClock&) = delete;

  static void advance(std::chrono::milliseconds by);
};

}  // namespace sio::test
