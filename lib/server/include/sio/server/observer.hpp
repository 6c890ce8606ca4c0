// What a server tells about itself, for metrics.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sio/base/disconnect_reason.hpp"
#include "sio/engineio/session.hpp"

namespace sio {

class Namespace;

// Packets of Engine.IO that carry messages, and their bytes before framing and compression, attachments included.
struct Traffic {
  // Of messages; heartbeats are none.
  std::uint64_t packets = 0;
  // Of their payloads.
  std::uint64_t bytes = 0;
};

// Derive, override what is wanted, give it to ServerOptions::observer. Every function is called on the shard where it
// happened, so by several threads at once; it must not block, throw (that ends the process), or call into the server,
// and should cost little: an atomic increment. Outlives the server. A server without observer pays one branch each.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;

  // A TCP (or unix) connection was accepted, or is closed: of HTTP, polling and WebSocket alike.
  virtual void on_connection_opened() noexcept {}
  // It is closed, whoever closed it.
  virtual void on_connection_closed() noexcept {}

  // An Engine.IO session: its handshake was answered; its upgrade to WebSocket is complete; it has ended. Each opened
  // one is closed once.
  virtual void on_session_opened(eio::TransportKind /*transport*/) noexcept {}
  // Its upgrade to WebSocket is complete.
  virtual void on_session_upgraded() noexcept {}
  // It has ended; `transport`: the last one.
  virtual void on_session_closed(eio::TransportKind /*transport*/, DisconnectReason /*reason*/) noexcept {}

  // A CONNECT: accepted (a socket), or answered with CONNECT_ERROR; unknown namespaces are not counted, nor those whose
  // session ended before the decision. Each socket connected is disconnected once.
  virtual void on_socket_connected(const Namespace& /*nsp*/) noexcept {}
  // Answered with CONNECT_ERROR.
  virtual void on_connect_refused(const Namespace& /*nsp*/) noexcept {}
  // Once for each that was connected.
  virtual void on_socket_disconnected(const Namespace& /*nsp*/, DisconnectReason /*reason*/) noexcept {}

  // What the sessions of one shard received and queued for sending: sums, told at the end of a turn of its loop.
  // Volatile packets that were dropped are not in it.
  virtual void on_traffic(Traffic /*received*/, Traffic /*sent*/) noexcept {}

  // A handler or middleware of the application threw something, which was dropped. Coroutines that throw are not seen.
  virtual void on_handler_exception(const Namespace& /*nsp*/) noexcept {}
};

}  // namespace sio
