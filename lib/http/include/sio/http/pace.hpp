// How long the body of a request may take (H6). Sans-IO: times go in and come out, no clock.
#pragma once

#include <cstddef>

#include "sio/base/time.hpp"

namespace sio::http {

// The longest time, and the lowest rate.
struct BodyPace {
  Milliseconds whole{30'000};                // from the head to the body's end, however fast it comes
  Milliseconds grace{5'000};                 // before the rate counts
  std::size_t bytes_per_second_min = 1'024;  // on average since the head; 0: no lower bound
};

// When to give a body up of which `received` bytes have come since its head at `head_at`, if no more come. Never moves
// backwards as more are received, so that looking at it again when it is due is enough.
TimePoint body_deadline(const BodyPace& pace, TimePoint head_at, std::size_t received);

}  // namespace sio::http
