// RFC 6455 opening handshake, server side: is this request a valid upgrade, and what is the answer. Sans-IO.
// Takes the few header values it needs, so that it knows no HTTP library.
#pragma once

#include <string>
#include <string_view>

namespace sio::ws {

// The parts of a request that decide. Views of the request.
struct UpgradeRequest {
  std::string_view method;      // "GET"
  bool http_1_1 = true;         // HTTP/1.1 or later
  std::string_view connection;  // list, e.g. "keep-alive, Upgrade"; any case
  std::string_view upgrade;     // "websocket"; any case, may be a list
  std::string_view version;     // Sec-WebSocket-Version
  std::string_view key;         // Sec-WebSocket-Key
};

enum class HandshakeError { none, not_an_upgrade, bad_version, bad_key };

// bad_version is to be answered with 426 and `Sec-WebSocket-Version: 13`, bad_key with 400.
HandshakeError check_upgrade(const UpgradeRequest& request);

// Sec-WebSocket-Accept for a key (RFC 6455 4.2.2): 28 characters.
std::string accept_key(std::string_view key);

}  // namespace sio::ws
