#include "sio/http/pace.hpp"

#include <algorithm>
#include <cstdint>

namespace sio::http {

TimePoint body_deadline(const BodyPace& pace, TimePoint head_at, std::size_t received) {
  if (pace.bytes_per_second_min == 0) return head_at + pace.whole;
  // Whole seconds and the rest apart: no product of a size and a thousand, which could overflow.
  const std::size_t seconds = received / pace.bytes_per_second_min;
  const auto longest = static_cast<std::size_t>(std::max<std::int64_t>(pace.whole.count(), 0) / 1'000);
  if (seconds > longest) return head_at + pace.whole;
  const std::size_t rest = received % pace.bytes_per_second_min;
  const Milliseconds paid_for{static_cast<std::int64_t>(seconds * 1'000 + rest * 1'000 / pace.bytes_per_second_min)};
  return head_at + std::min(pace.whole, pace.grace + paid_for);
}

}  // namespace sio::http
