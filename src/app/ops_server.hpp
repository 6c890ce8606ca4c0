// A second, small server with an event loop of its own: metrics for Prometheus, and the control socket. So neither
// shares a listener, a route or a queue with what the world can reach.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "admin_commands.hpp"
#include "parley/ops/metrics.hpp"
#include "sio/runtime/blocking_pool.hpp"
#include "sio/server/server.hpp"

namespace parley::app {

class OpsServer {
 public:
  OpsServer(ops::Metrics& metrics, AdminCommands& commands);
  ~OpsServer();  // stop()
  OpsServer(const OpsServer&) = delete;
  OpsServer& operator=(const OpsServer&) = delete;

  // Where /metrics is served; the error is a sentence.
  sio::Result<sio::rt::Endpoint, std::string> listen_for_metrics(const sio::rt::Endpoint& endpoint);
  // The control socket, mode 0600. Before other threads make files: the mode is set by the process's mask.
  sio::Result<void, std::string> listen_for_control(const std::filesystem::path& socket);

  void start();
  void stop();

 private:
  ops::Metrics& metrics_;
  AdminCommands& commands_;
  sio::Server server_;
  bool running_ = false;
  std::optional<sio::rt::BlockingPool> thread_;
};

}  // namespace parley::app
