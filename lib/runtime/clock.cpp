#include "sio/runtime/clock.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

#include "sio/base/check.hpp"

namespace sio::rt {

TimePoint monotonic_now() { return std::chrono::steady_clock::now(); }

TimePoint monotonic_tick() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

std::int64_t unix_now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void random_bytes(std::span<char> out) {
  // A pool per thread: one system call for many ids. Bytes are used once and wiped.
  struct Pool {
    char bytes[1024];
    std::size_t left = 0;
  };
  thread_local Pool pool;
  for (char& c : out) {
    if (pool.left == 0) {
      while (pool.left < sizeof pool.bytes) {
        const auto got = ::getrandom(pool.bytes + pool.left, sizeof pool.bytes - pool.left, 0);
        SIO_CHECK(got > 0 || errno == EINTR);
        if (got > 0) pool.left += static_cast<std::size_t>(got);
      }
    }
    c = pool.bytes[--pool.left];
    pool.bytes[pool.left] = 0;
  }
}

}  // namespace sio::rt
