// Time as it is passed into code that has no clock: a monotonic instant. Wall-clock time is a std::int64_t of
// microseconds since 1970 (UTC) and is named `…_unix_us`.
#pragma once

#include <chrono>

namespace sio {

// An instant of the monotonic clock.
using TimePoint = std::chrono::steady_clock::time_point;
// How options and time limits are given: `5s` and `100ms` convert.
using Milliseconds = std::chrono::milliseconds;

inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace sio
