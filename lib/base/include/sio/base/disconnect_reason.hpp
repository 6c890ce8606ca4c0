// Why a connection, session or socket ended. One list for the whole library: a peer that misbehaves always leads to
// one of these, and each has the name that Socket.IO's reference server gives it where it has one.
#pragma once

#include <string_view>

namespace sio {

enum class DisconnectReason : unsigned char {
  transport_close,              // the peer closed the connection, or the poll was dropped
  transport_error,              // the connection broke (RST, write error, malformed frame)
  ping_timeout,                 // no pong within pingTimeout
  parse_error,                  // Engine.IO or Socket.IO bytes that no client may send
  forced_close,                 // the server ended the session on purpose
  client_namespace_disconnect,  // the client sent 41
  server_namespace_disconnect,  // the server sent 41
  server_shutting_down,
  connect_timeout,      // no namespace joined in time
  slow_consumer,        // more waits for it than its outbox may hold
  overlapping_request,  // two polls, or two POSTs, at once
  flood,                // too many packets
};

// Its name as Socket.IO spells it: "transport close", "ping timeout", …
std::string_view to_string(DisconnectReason reason);

}  // namespace sio
