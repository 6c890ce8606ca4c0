// The only clocks and the only random source of the code base. Protocol code gets time passed in.
#pragma once

#include <cstdint>
#include <span>

#include "sio/base/time.hpp"

namespace sio::rt {

// Never jumps; for deadlines.
TimePoint monotonic_now();
// The same clock at its last tick, a few milliseconds ago at most; for a fraction of the cost.
TimePoint monotonic_tick();
// Microseconds since 1970, UTC. May jump.
std::int64_t unix_now_us();
// Fills `out` from the operating system's cryptographic source; aborts if there is none.
void random_bytes(std::span<char> out);

}  // namespace sio::rt
