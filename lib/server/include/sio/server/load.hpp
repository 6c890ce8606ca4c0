// How much a server has to do at the moment, and what it refused for that: for metrics.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sio/base/time.hpp"

namespace sio {

// What Server::load() tells. A value; counts are since the start.
struct ServerLoad {
  // What waits for all clients, as ServerOptions::waiting_bytes_max counts it.
  std::size_t waiting_bytes = 0;
  // Sessions ended as slow_consumer because their own outbox was full.
  std::uint64_t slow_by_outbox = 0;
  // Sessions, and answers to requests, ended because too much waited for all clients together.
  std::uint64_t slow_by_budget = 0;
  // How late events are handled, of the latest shard: ServerOptions::turn_lag_max.
  Milliseconds turn_lag{0};
  // Handshakes and requests refused with 503 for that.
  std::uint64_t refused = 0;
};

}  // namespace sio
