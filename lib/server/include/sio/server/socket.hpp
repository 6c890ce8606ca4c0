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
#include "sio/json/value.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/engine.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

class Client;
class LocalRooms;
class Namespace;
class Room;

// Names a socket from anywhere; finds nothing once the socket is gone. 0 names none.
struct SocketRef {
  std::uint64_t value = 0;
  explicit operator bool() const { return value != 0; }
  unsigned shard() const { return static_cast<unsigned>(value >> 56); }
  friend bool operator==(SocketRef, SocketRef) = default;
};

// What an application keeps with a socket.
class SocketData {
 public:
  virtual ~SocketData() = default;
};

// An event (or acknowledgement) in its wire form: encoded once, shared by all who get it. Free of threads.
struct EncodedPacket {
  SharedBytes text;  // with Engine.IO's '4'
  std::vector<SharedBytes> attachments;
};
EncodedPacket encode_event(std::string_view nsp, std::string_view name, const Arguments& arguments,
                           std::optional<AckId> ack_id = std::nullopt);

enum class AckStatus : std::uint8_t { answered, timed_out, disconnected };
// `arguments`: the client's answer as a JSON array, "[]" unless answered; with its attachments. Called once, on the
// socket's shard. What it throws is dropped.
using AckCallback =
    std::function<void(AckStatus status, json::Value arguments, std::span<const SharedBytes> attachments)>;

class Socket {
 public:
  Socket(Client& client, Namespace& nsp);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string id() const;  // 20 characters; also the name of a room with this socket alone
  SocketRef ref() const { return {handle_}; }
  Namespace& nsp() const { return nsp_; }
  const Handshake& handshake() const;
  EngineSocket& engine() const;
  bool connected() const { return connected_; }

  // Sends an event. Nothing happens once disconnected.
  template <class... T>
  void emit(std::string_view name, const T&... values) {
    emit_list(name, Arguments::of(values...));
  }
  void emit_list(std::string_view name, const Arguments& arguments);
  // Left out when the transport cannot take it at once.
  void emit_volatile(std::string_view name, const Arguments& arguments);
  // Asks the client for an acknowledgement.
  void emit_with_ack(std::string_view name, const Arguments& arguments, Milliseconds timeout, AckCallback callback);
  // Sends what is encoded already.
  void send(const EncodedPacket& packet, bool droppable = false);
  // Answers an event that asked for it (Event::ack_id()), later and on the shard. The caller answers once.
  void acknowledge(AckId id, const Arguments& arguments);

  void join(std::string_view room);
  void leave(std::string_view room);
  bool in_room(std::string_view room) const;

  // Sends `41`; with `close_session` the whole session ends after it. on_disconnect runs during the call.
  void disconnect(bool close_session = false);

  void set_data(std::unique_ptr<SocketData> data) { data_ = std::move(data); }
  template <class T>
  T& data() const {
    return static_cast<T&>(*data_);
  }
  bool has_data() const { return data_ != nullptr; }

 private:
  friend class Client;
  friend class LocalRooms;
  friend class Namespace;
  struct PendingAck;
  struct Membership {
    Room* room;
    std::uint32_t index;  // in the room's list
  };

  void enter_shard();
  void end(DisconnectReason reason);  // tells the application once; leaves every room
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
};

// An event from a client, valid during its handler. Handlers run on the socket's shard and must not block.
class Event {
 public:
  Event(Socket& socket, const DecodedPacket& packet) : socket_(socket), packet_(packet) {}

  Socket& socket() const { return socket_; }
  // The name, unescaped.
  std::string name() const;
  // The arguments, without the name.
  std::size_t size() const;
  std::optional<json::Value> argument(std::size_t index) const { return json::Value(packet_.payload).at(index + 1); }
  // All arguments unchanged, to be sent on.
  Arguments arguments() const;
  std::span<const SharedBytes> attachments() const { return packet_.attachments; }
  // JSON that breaks a limit reaches handlers only through Namespace::on_bad_json().
  json::Error json_error() const { return packet_.json_error; }

  // Set if the client asks for an acknowledgement.
  std::optional<AckId> ack_id() const { return packet_.ack_id; }
  // Acknowledges if asked for; at most once.
  void acknowledge(const Arguments& arguments);

 private:
  Socket& socket_;
  const DecodedPacket& packet_;
  bool acknowledged_ = false;
};

}  // namespace sio
