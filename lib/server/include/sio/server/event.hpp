// An event as a handler sees it, before its arguments are anything but JSON text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "sio/json/value.hpp"
#include "sio/server/ack.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/socket.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

// An event from a client, valid during its handler. Handlers run on the socket's shard and must not block. Keep what
// outlives the handler as values: arguments(), take_ack(), socket().ref().
class Event {
 public:
  // Made by the server.
  Event(Socket& socket, const DecodedPacket& packet) : socket_(socket), packet_(packet) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Who sent it.
  Socket& socket() const { return socket_; }
  // The name, unescaped; of an event that is named by a number, its text.
  std::string name() const;
  // How many arguments, without the name. Walks over them.
  std::size_t size() const;
  // One argument, counted from 0; none if there are fewer. A view, valid during the handler. Walks up to it.
  std::optional<json::Value> argument(std::size_t index) const { return json::Value(packet_.payload).at(index + 1); }
  // The arguments in order, for one walk over all: `for (json::Value each : event.values())`.
  json::Elements values() const;
  // All arguments unchanged, to be sent on or kept.
  Arguments arguments() const;
  // Binary data; placeholders among the arguments count it from 0. Copies of a SharedBytes may be kept.
  std::span<const SharedBytes> attachments() const { return packet_.attachments; }
  // JSON that breaks a limit reaches handlers only through Namespace::on_bad_json().
  json::Error json_error() const { return packet_.json_error; }

  // Set if the client asks for an acknowledgement; for Socket::acknowledge(). The caller then answers once.
  std::optional<AckId> ack_id() const { return packet_.ack_id; }
  // Acknowledges if asked for; at most once.
  void acknowledge(const Arguments& arguments);
  // Takes the right to answer, to use it later or elsewhere; acknowledge() does nothing from then on. Not wanted() if
  // nothing was asked for or it was answered or taken before.
  Ack take_ack();

 private:
  friend class Ack;
  Socket& socket_;
  const DecodedPacket& packet_;
  bool acknowledged_ = false;
};

}  // namespace sio
