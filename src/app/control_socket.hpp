// The control socket: how the commands for accounts reach a server that runs on the same data. A unix socket of mode
// 0600 in the data directory; whoever can open it owns the data anyway, so it asks for nothing. It speaks HTTP, one
// request a connection, so that the server needs no second protocol.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace parley::app {

inline constexpr std::string_view kControlPath = "/control";

// Posts a JSON text to the server behind `socket` and returns the body of its answer. None: nobody listens there.
// Throws StartupError(unavailable or io) when a server does, but gives no good answer within 30 s.
std::optional<std::string> call_control_socket(const std::filesystem::path& socket, std::string_view body);

// Whether somebody listens there.
bool is_served(const std::filesystem::path& socket);

}  // namespace parley::app
