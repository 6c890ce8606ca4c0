// Engine.IO sessions as an application sees them: messages in both directions over whatever transport is there.
// Everything here happens on the session's shard.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/disconnect_reason.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/runtime/shard.hpp"
#include "sio/server/handshake.hpp"

namespace sio {

// One session. Owned by the server; valid until EngineClient::on_close() has returned.
class EngineSocket {
 public:
  // Queues a message; sent at the end of the turn, in order. Nothing happens once the session has ended. Over the
  // outbox's bound the session ends with slow_consumer. `message.bytes` of text begins with Engine.IO's '4'. Returns
  // whether it was queued: not if it is droppable and the transport cannot take it at once.
  virtual bool send(eio::Packet message) = 0;
  // Ends the session; what was sent before still goes out.
  virtual void close(DisconnectReason reason) = 0;
  // Its first request. Valid as long as the session.
  virtual const Handshake& handshake() const = 0;
  // Keeps only the headers for which `keep(name as received)` is true, and no query: an idle session then costs less
  // memory.
  virtual void trim_handshake(bool (*keep)(std::string_view name)) = 0;
  // Keeps only these headers, and the query.
  virtual void keep_headers(std::span<const std::string> names) = 0;
  // Bytes that wait for the client, what its transport has not taken yet included.
  virtual std::size_t waiting_bytes() const = 0;
  // Packets likewise.
  virtual std::size_t waiting_packets() const = 0;
  // The event loop on which it lives.
  virtual rt::Shard& shard() = 0;

 protected:
  virtual ~EngineSocket() = default;
};

// The application's side of one session. Destroyed some time after on_close(). What its functions throw is dropped.
class EngineClient {
 public:
  virtual ~EngineClient() = default;
  // A whole message, `data` valid during the call. May send and close.
  virtual void on_message(bool binary, std::string_view data) = 0;
  // All that was queued has been handed to the kernel (WebSocket) or fetched (polling). At most once a turn.
  virtual void on_drained() {}
  // The session has ended; the last call. Sending does nothing any more.
  virtual void on_close(DisconnectReason reason) = 0;
};

// The application's side of an endpoint. Outlives the server; called by all shards at once.
class EngineApplication {
 public:
  virtual ~EngineApplication() = default;
  // A session has begun (its handshake is answered). Called on the session's shard. May send and close. If it throws or
  // gives none, the session ends.
  virtual std::unique_ptr<EngineClient> on_open(EngineSocket& socket) = 0;
};

}  // namespace sio
