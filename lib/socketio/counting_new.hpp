// For tests alone: counts allocations, so that a test can claim that a path takes no memory.
#pragma once

#include <cstddef>

namespace sio {

// Calls of operator new in this process so far.
std::size_t allocations();

}  // namespace sio
