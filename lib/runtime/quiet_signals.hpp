// Threads that a library starts must not take the signals of its application: whoever blocks SIGTERM in main() and
// waits for it would find the process ended by a thread that never heard of it. Private.
#pragma once

#include <pthread.h>

#include <array>
#include <csignal>

namespace sio::rt {

// While it lives, the calling thread blocks all signals but those that its own code causes (faults, abort) and those of
// profilers; threads started meanwhile inherit that.
class QuietSignals {
 public:
  QuietSignals() {
    constexpr std::array kOwn = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF};
    sigset_t blocked;
    sigfillset(&blocked);
    for (const int signal : kOwn) sigdelset(&blocked, signal);
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  }
  QuietSignals(const QuietSignals&) = delete;
  QuietSignals& operator=(const QuietSignals&) = delete;
  ~QuietSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace sio::rt
