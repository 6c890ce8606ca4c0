// What the chat wants of the sessions under it, where it goes by that itself.
#pragma once

#include <cstddef>

namespace parley::realtime {

// Messages that may wait for one socket (R3).
inline constexpr std::size_t kOutboxPacketsMax = 512;

}  // namespace parley::realtime
