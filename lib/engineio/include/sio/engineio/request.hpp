// What an HTTP request to the Engine.IO path asks for, and the checks of protocol page 1.1, in their order. Parses no
// HTTP and looks up no session: the driver does both and brings the facts. Code 4 (`forbidden`) is the answer of a hook
// of the application, which the driver asks itself after these checks have passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::eio {

enum class TransportKind : std::uint8_t { polling, websocket };

enum class RequestError : std::uint8_t {
  transport_unknown = 0,
  session_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_protocol_version = 5,
};

int http_status(RequestError error);           // 403 for forbidden, else 400
std::string_view message(RequestError error);  // "Transport unknown", …
std::string error_body(RequestError error);    // {"code":0,"message":"Transport unknown"}

// The parts of a request that the checks look at.
struct RequestFacts {
  std::string_view method;
  std::string_view transport;  // query parameter, empty if absent
  std::string_view eio;
  bool has_sid = false;
  bool websocket_upgrade = false;  // asks for a WebSocket by its headers
  bool origin_has_control_characters = false;
  bool websocket_enabled = true;
};

// Checks that need no session: transport, origin, and for a handshake (no sid) method, upgrade and version. A request
// to open a WebSocket must name `websocket`, any other `polling` (bad_request).
std::optional<RequestError> check_without_session(const RequestFacts& facts);

// Checks for a request with a sid, given what is known of the session (null: unknown or gone). A polling request passes
// as GET or POST only (bad_request). An upgrade passes whatever the session's transport is: Session::on_probe_opened()
// decides about it, and a refused one opens and is closed at once.
struct SessionFacts {
  TransportKind transport = TransportKind::polling;
};
std::optional<RequestError> check_with_session(const RequestFacts& facts, const SessionFacts* session);

// The open packet: 0{"sid":…,"upgrades":[…],"pingInterval":…,"pingTimeout":…,"maxPayload":…}. `sid` is written as it
// is: URL-safe Base64, as session ids are.
std::string open_packet(std::string_view sid, bool offer_upgrade, std::int64_t ping_interval_ms,
                        std::int64_t ping_timeout_ms, std::uint64_t max_payload_bytes);

}  // namespace sio::eio
