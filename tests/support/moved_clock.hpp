// For tests alone: moves the monotonic clock of the test's process forward, so that limits of seconds and minutes are
// tested at their real values without waiting. A test executable that links `moved_clock` has its clock_gettime
// replaced. Who waits for a time must be woken to see the move.
#pragma once

#include <chrono>

namespace sio::test {

void move_clock(std::chrono::milliseconds by);

}  // namespace sio::test
