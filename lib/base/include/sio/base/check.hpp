// CHECK: for what only our own mistake can break. Prints where, then aborts; also in release builds.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace sio::detail {
[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", what, file, line);
  std::abort();
}
}  // namespace sio::detail

// Aborts unless `condition` holds. It is evaluated once, in every build.
#define SIO_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::sio::detail::check_failed(#condition, __FILE__, __LINE__))
