#include "config.hpp"

#include <algorithm>
#include <string_view>

namespace parley::app {

bool Config::all_listeners_loopback() const {
  // A unix socket is where a proxy is put in front of us, so it does not count as this machine alone.
  return std::all_of(listen.begin(), listen.end(),
                     [](const sio::rt::Endpoint& endpoint) { return !endpoint.is_unix() && endpoint.is_loopback(); });
}

std::filesystem::path Config::sqlite_file() const {
  constexpr std::string_view kScheme = "sqlite:";
  return data / std::string_view(database).substr(kScheme.size());
}

std::filesystem::path Config::jwt_secret_path() const { return jwt_secret_file.value_or(data / "jwt.key"); }

std::filesystem::path Config::control_socket_path() const { return data / "control.sock"; }

}  // namespace parley::app
