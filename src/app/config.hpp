// Everything `parley` can be told, in the types it is used in. Values only: settings.hpp says where they come from,
// options.hpp what they are called.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "parley/ops/logging.hpp"
#include "parley/rest/admin_signup.hpp"
#include "sio/runtime/listener.hpp"

namespace parley::app {

struct Config {
  std::filesystem::path data;
  std::vector<sio::rt::Endpoint> listen;
  std::string database;  // as given; see sqlite_file()
  unsigned threads = 0;  // 0: one for each core
  std::vector<std::string> cors_origins;
  std::optional<rest::AdminSignup> admin_signup;  // none: decided by where we listen (contract 5)
  std::optional<std::filesystem::path> jwt_secret_file;
  std::chrono::seconds access_token_ttl{};
  std::chrono::seconds refresh_token_ttl{};
  bool rate_limits = true;
  double message_rate_per_second = 0;
  std::uint32_t message_burst = 0;
  std::uint64_t socket_queue_bytes = 0;  // what may wait for one socket
  std::uint64_t queue_budget_bytes = 0;  // for all of them
  std::chrono::milliseconds turn_lag{};  // how late an event loop may be; 0: any
  bool peer_chat = false;
  std::optional<sio::rt::Endpoint> metrics_listen;  // none: switched off
  bool metrics_listen_is_default = true;            // then a taken port is a warning
  ops::LogFormat log_format = ops::LogFormat::automatic;
  ops::LogLevel log_level = ops::LogLevel::info;
  bool auto_migrate = true;

  // Every listener can be reached from this machine only, without anything in between that would widen that.
  bool all_listeners_loopback() const;
  // The file of `sqlite:PATH`; a relative path counts from the data directory.
  std::filesystem::path sqlite_file() const;
  std::filesystem::path jwt_secret_path() const;
  std::filesystem::path control_socket_path() const;
};

}  // namespace parley::app
