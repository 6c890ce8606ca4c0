#include "moved_clock.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>

namespace {

constexpr long kSecond = 1'000'000'000;  // in nanoseconds, as everything here
std::atomic<long> stopped_at{0};         // 0: the clock runs
std::atomic<long> ahead{0};              // of the kernel's, while it runs

long kernel_time() {
  timespec time{};
  ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

}  // namespace

sio::test::StoppedClock::StoppedClock() { stopped_at = kernel_time() + ahead; }

sio::test::StoppedClock::~StoppedClock() {
  ahead = std::max(ahead.load(), stopped_at - kernel_time());
  stopped_at = 0;
}

void sio::test::StoppedClock::advance(std::chrono::milliseconds by) {
  stopped_at += std::chrono::duration_cast<std::chrono::nanoseconds>(by).count();
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the library's names are reserved ones
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  const long stopped = stopped_at;
  const long now = stopped != 0 ? stopped : kernel_time() + ahead;
  time->tv_sec = now / kSecond;
  time->tv_nsec = now % kSecond;
  return 0;
}
