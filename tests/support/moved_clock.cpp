#include "moved_clock.hpp"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr long kSecond = 1'000'000'000;  // in nanoseconds
std::atomic<long> moved{0};              // likewise

}  // namespace

void sio::test::move_clock(std::chrono::milliseconds by) {
  moved += std::chrono::duration_cast<std::chrono::nanoseconds>(by).count();
}

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long failed = ::syscall(SYS_clock_gettime, clock, time);
  if (failed != 0 || clock != CLOCK_MONOTONIC) return static_cast<int>(failed);
  const long nanoseconds = time->tv_nsec + moved.load();
  time->tv_sec += nanoseconds / kSecond;
  time->tv_nsec = nanoseconds % kSecond;
  return 0;
}
