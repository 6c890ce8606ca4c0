// For tests alone: counts what a path allocates. A test executable that links `counting_new` has its operator new and
// delete replaced; under a sanitizer, whose runtime owns them, the counts come from its hooks (malloc and free
// included). Read differences only, on one thread or with a bound that allows for others.
#pragma once

#include <cstddef>

namespace sio::test {

inline constexpr std::size_t kLargeAllocation = 100'000;  // bytes

struct Allocations {
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::size_t frees = 0;
  std::size_t large = 0;       // of at least kLargeAllocation
  std::size_t live_bytes = 0;  // taken and not given back, as large as the allocator made the blocks

  [[nodiscard]] std::size_t live() const { return count - frees; }
};

// Of this process so far.
Allocations allocations();

}  // namespace sio::test
