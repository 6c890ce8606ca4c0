#include "sio/engineio/request.hpp"

namespace sio::eio {
namespace {

constexpr std::string_view kProtocol = "4";

std::optional<TransportKind> transport_named(const RequestFacts& facts) {
  if (facts.transport == "polling") return TransportKind::polling;
  if (facts.transport == "websocket" && facts.websocket_enabled) return TransportKind::websocket;
  return std::nullopt;
}

bool form_fits_transport(const RequestFacts& facts) {
  return facts.websocket_upgrade == (transport_named(facts) == TransportKind::websocket);
}

}  // namespace

int http_status(RequestError error) { return error == RequestError::forbidden ? 403 : 400; }

std::string_view message(RequestError error) {
  switch (error) {
    case RequestError::transport_unknown:
      return "Transport unknown";
    case RequestError::session_unknown:
      return "Session ID unknown";
    case RequestError::bad_handshake_method:
      return "Bad handshake method";
    case RequestError::bad_request:
      return "Bad request";
    case RequestError::forbidden:
      return "Forbidden";
    case RequestError::unsupported_protocol_version:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

std::string error_body(RequestError error) {
  std::string body = R"({"code":)";
  body += std::to_string(static_cast<int>(error));
  body += R"(,"message":")";
  body += message(error);
  body += R"("})";
  return body;
}

std::optional<RequestError> check_without_session(const RequestFacts& facts) {
  if (!transport_named(facts)) return RequestError::transport_unknown;
  if (facts.origin_has_control_characters) return RequestError::bad_request;
  if (facts.has_sid) return std::nullopt;
  if (facts.method != "GET") return RequestError::bad_handshake_method;
  if (!form_fits_transport(facts)) return RequestError::bad_request;
  if (facts.eio != kProtocol) return RequestError::unsupported_protocol_version;
  return std::nullopt;
}

std::optional<RequestError> check_with_session(const RequestFacts& facts, const SessionFacts* session) {
  if (session == nullptr) return RequestError::session_unknown;
  if (!form_fits_transport(facts)) return RequestError::bad_request;
  if (!facts.websocket_upgrade && session->transport != TransportKind::polling) return RequestError::bad_request;
  if (facts.eio != kProtocol) return RequestError::bad_request;
  if (!facts.websocket_upgrade && facts.method != "GET" && facts.method != "POST") return RequestError::bad_request;
  return std::nullopt;
}

std::string open_packet(std::string_view sid, bool offer_upgrade, std::int64_t ping_interval_ms,
                        std::int64_t ping_timeout_ms, std::uint64_t max_payload_bytes) {
  std::string packet = R"(0{"sid":")";
  packet += sid;
  packet += offer_upgrade ? R"(","upgrades":["websocket"],"pingInterval":)" : R"(","upgrades":[],"pingInterval":)";
  packet += std::to_string(ping_interval_ms);
  packet += R"(,"pingTimeout":)";
  packet += std::to_string(ping_timeout_ms);
  packet += R"(,"maxPayload":)";
  packet += std::to_string(max_payload_bytes);
  packet += '}';
  return packet;
}

}  // namespace sio::eio
