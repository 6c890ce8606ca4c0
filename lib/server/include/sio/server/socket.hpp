// One client in one namespace. Lives on its shard and is touched there only; from other threads, keep its SocketRef and
// go through Namespace::with_socket().
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/disconnect_reason.hpp"
#include "sio/base/time.hpp"
#include "sio/server/ack.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/engine.hpp"
#include "sio/server/socket_ref.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

class Broadcast;
class Client;
class LocalRooms;
class Namespace;
class Recovery;
class Room;
struct SocketRecovery;

// What an application keeps with a socket: derive from it. Destroyed with the socket, on its shard, some time after
// on_disconnect.
class SocketData {
 public:
  virtual ~SocketData() = default;
};

// An event (or acknowledgement) in its wire form: encoded once, shared by all who get it. Free of threads.
struct EncodedPacket {
  SharedBytes text;  // with Engine.IO's '4'
  // Binary data, in the order of its placeholders.
  std::vector<SharedBytes> attachments;
};
// `nsp` begins with `/`; the name must be valid UTF-8 and none that is reserved ("connect", …). From any thread.
EncodedPacket encode_event(std::string_view nsp, std::string_view name, const Arguments& arguments,
                           std::optional<AckId> ack_id = std::nullopt);

// Every function: on the socket's shard only. Valid from its CONNECT's acceptance until the handler of on_disconnect
// has returned; a Socket& or Socket* is not kept beyond the handler it was given to: keep ref().
class Socket {
 public:
  // Made by the server.
  Socket(Client& client, Namespace& nsp);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // 20 characters, not secret; also the name of a room with this socket alone.
  std::string id() const;
  // Its name for other threads and later times.
  SocketRef ref() const { return {handle_}; }
  // The namespace it has joined.
  Namespace& nsp() const { return nsp_; }
  // The first request of its session: headers, query, address. Valid as long as the session.
  const Handshake& handshake() const;
  // Its session, shared with the sockets of other namespaces of the same client.
  EngineSocket& engine() const;
  // False from on_disconnect on (there already).
  bool connected() const { return connected_; }
  // A client that was here before has come back to it, with the same id(), its rooms and data (recovery.hpp).
  bool recovered() const;

  // Sends an event, queued until the end of the turn; which types: convert.hpp. Nothing happens once disconnected. A
  // client for which more than the outbox's bound waits loses its session (slow_consumer), maybe during the call.
  template <Writable... T>
  void emit(std::string_view name, const T&... values) {
    emit_list(name, Arguments::of(values...));
  }
  void emit_list(std::string_view name, const Arguments& arguments);
  // Left out when the transport cannot take it at once: no poll waits, or the connection is busy.
  template <Writable... T>
  void emit_volatile(std::string_view name, const T&... values) {
    emit_volatile_list(name, Arguments::of(values...));
  }
  void emit_volatile_list(std::string_view name, const Arguments& arguments);
  // Asks the client for an acknowledgement. Disconnected already: the callback is called during the call.
  void emit_with_ack(std::string_view name, const Arguments& arguments, Milliseconds timeout, AckCallback callback);
  // The same for coroutines: `const sio::AckResult r = co_await socket.emit_with_ack("question", 5s, 1, "two");`.
  template <Writable... T>
  AckAwaiter emit_with_ack(std::string_view name, Milliseconds timeout, const T&... values) {
    return {*this, name, Arguments::of(values...), timeout};
  }
  // Sends what is encoded already.
  void send(const EncodedPacket& packet, bool droppable = false);
  // Answers an event that asked for it (Event::ack_id()), later and on the shard. The caller answers once.
  void acknowledge(AckId id, const Arguments& arguments);

  // Everybody in the namespace but this socket; to(): in a room.
  Broadcast broadcast() const;
  // Members of a room, but for this socket.
  Broadcast to(std::string_view room) const;

  // Rooms are made by the first who joins and forgotten with the last who leaves. Names are any text; of clients'
  // making they should be limited by the application. Twice is once.
  void join(std::string_view room);
  // Nothing happens if it is not there.
  void leave(std::string_view room);
  // Whether it is a member.
  bool in_room(std::string_view room) const;

  // Sends `41`; with `close_session` the whole session ends after it. on_disconnect runs during the call.
  void disconnect(bool close_session = false);

  // What the application keeps with it; what was there before is destroyed.
  void set_data(std::unique_ptr<SocketData> data) { data_ = std::move(data); }
  // Must be there and be a T.
  template <class T>
  T& data() const {
    return static_cast<T&>(*data_);
  }
  // Whether there is any.
  bool has_data() const { return data_ != nullptr; }

 private:
  friend class Client;
  friend class LocalRooms;
  friend class Namespace;
  friend class Recovery;
  struct PendingAck;
  struct Membership {
    Room* room;
    std::uint32_t index;  // in the room's list
  };

  void enter_shard();
  void end(DisconnectReason reason);  // tells the application once; leaves every room
  // Waits for an ACK with this id, which is not in use.
  void expect_ack(AckId id, Milliseconds timeout, AckCallback callback);
  void finish_ack(AckId id, AckStatus status, std::string_view arguments = "[]",
                  std::span<const SharedBytes> attachments = {});

  Client& client_;
  Namespace& nsp_;
  std::uint64_t handle_ = 0;
  std::array<char, 7> salt_{};
  bool connected_ = true;
  std::uint32_t list_index_ = 0;  // in the namespace's list of this shard
  std::uint32_t visit_mark_ = 0;  // so that an emission to several rooms reaches it once
  std::uint32_t next_ack_id_ = 0;
  std::vector<Membership> rooms_;
  std::vector<std::unique_ptr<PendingAck>> pending_acks_;
  std::unique_ptr<SocketData> data_;
  std::unique_ptr<SocketRecovery> recovery_;  // null unless it may be recovered, or was
};

}  // namespace sio
