// What the examples have in common: listen, say where, serve until SIGINT or SIGTERM, end in order.
#pragma once

#include <csignal>
#include <iostream>
#include <string_view>
#include <thread>

#include "sio/server/server.hpp"

namespace examples {

// Serves at the address that the program's first argument names, or at `fallback`; the result is main()'s.
inline int serve(sio::Server& server, int argc, char** argv, std::string_view fallback) {
  // No thread shall be interrupted by the signals: they are blocked in all (new threads inherit that) and one waits.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto bound = server.listen(argc > 1 ? std::string_view(argv[1]) : fallback);
  if (!bound) {
    std::cerr << "cannot listen: " << bound.error() << '\n';
    return 1;
  }
  std::cout << "listening on " << bound->to_url() << std::endl;

  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    server.stop();
  });
  server.run();
  waiter.join();
  return 0;
}

}  // namespace examples
