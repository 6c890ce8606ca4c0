// Time as it is passed into code that has no clock: a monotonic instant. Wall-clock time is a std::int64_t of
// microseconds since 1970 (UTC) and is named `…_unix_us`.
#pragma once

#include <chrono>

namespace sio {

using TimePoint = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace sio
