// A namespace: who may connect, what its events do, its rooms. Set up before the server runs; afterwards its handlers
// are fixed, and emitting works from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sio/server/rooms.hpp"
#include "sio/server/socket.hpp"

namespace sio {

class ServerCore;

// A client's CONNECT that waits for a decision, at most as long as the server is there. Exactly one of accept() and
// refuse() takes effect, from any thread and at any time; destroyed without either, it is refused. If the session ends
// meanwhile, nothing happens.
class ConnectRequest {
 public:
  // Runs on the shard, right after the confirmation was queued.
  using OnAccepted = std::function<void(Socket&)>;

  ConnectRequest(ServerCore& core, std::uint64_t session, Namespace& nsp, std::uint32_t serial, std::string auth,
                 json::Error error);
  ConnectRequest(ConnectRequest&&) noexcept;
  ConnectRequest& operator=(ConnectRequest&&) = delete;
  ~ConnectRequest();

  // The CONNECT payload; "{}" if there was none.
  json::Value auth() const { return json::Value(auth_); }
  json::Error json_error() const { return json_error_; }
  // Null if the session has ended. On the session's shard only.
  const Handshake* handshake() const;
  Namespace& nsp() const { return *nsp_; }

  void accept(std::unique_ptr<SocketData> data = nullptr, OnAccepted on_accepted = nullptr);
  // CONNECT_ERROR {"message":…,"data":…}; `data_json` empty: no data. The session stays open for another try.
  void refuse(std::string_view message, std::string_view data_json = {});

 private:
  void on_shard(std::function<void(Client&)> action);
  ServerCore* core_;
  std::uint64_t session_;
  Namespace* nsp_;
  std::uint32_t serial_;
  std::string auth_;
  json::Error json_error_;
  bool decided_ = false;
};

// An emission being put together: nsp.to("a").to("b").except("c").emit("news", 1).
class Broadcast {
 public:
  explicit Broadcast(Namespace& nsp) : nsp_(nsp) {}
  Broadcast& to(std::string_view room);
  Broadcast& except(std::string_view room);
  Broadcast& except(SocketRef socket);

  template <class... T>
  void emit(std::string_view name, const T&... values) {
    emit_list(name, Arguments::of(values...));
  }
  // From any thread. Sockets of the calling shard get it during the call, the others through their mailboxes.
  void emit_list(std::string_view name, const Arguments& arguments);
  Broadcast& drop_if_busy() {
    target_.droppable = true;
    return *this;
  }

 private:
  Namespace& nsp_;
  EmitTarget target_;
};

class Namespace {
 public:
  using Authorizer = std::function<void(ConnectRequest)>;
  using ConnectionHandler = std::function<void(Socket&, json::Value auth)>;
  using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
  using EventHandler = std::function<void(Event&)>;

  Namespace(ServerCore& core, std::string name);
  ~Namespace();
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  const std::string& name() const { return name_; }

  // ---- set-up, before the server runs. Handlers may throw; the session lives on, and what was thrown is dropped.
  // Decides about every CONNECT; without one, all are accepted. One that throws has refused.
  void set_authorizer(Authorizer authorizer) { authorizer_ = std::move(authorizer); }
  // A socket whose handler throws is disconnected.
  void on_connection(ConnectionHandler handler) { on_connection_ = std::move(handler); }
  void on_disconnect(DisconnectHandler handler) { on_disconnect_ = std::move(handler); }
  void on(std::string event, EventHandler handler) { handlers_[std::move(event)] = std::move(handler); }
  // Events without handler; by default they are ignored.
  void on_unhandled(EventHandler handler) { on_unhandled_ = std::move(handler); }
  // Events whose JSON breaks a limit; by default they are ignored.
  void on_bad_json(EventHandler handler) { on_bad_json_ = std::move(handler); }
  // An event handler threw; by default the event is dropped. The session lives on.
  void on_handler_error(EventHandler handler) { on_handler_error_ = std::move(handler); }
  // All that waited for this client has been handed to the kernel.
  void on_drained(std::function<void(Socket&)> handler) { on_drained_ = std::move(handler); }

  // ---- at run time
  Broadcast to(std::string_view room);
  Broadcast all() { return Broadcast(*this); }
  // Runs `function` on the socket's shard if the socket is still there. From any thread.
  void with_socket(SocketRef ref, std::function<void(Socket&)> function);
  // Sockets and rooms of the calling shard. CHECK on any other thread.
  LocalRooms& local();

 private:
  friend class Broadcast;
  friend class Client;
  friend class ConnectRequest;
  friend class Socket;
  void dispatch(Socket& socket, const DecodedPacket& packet);
  void emit_everywhere(EmitTarget target, EncodedPacket packet);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  ServerCore& core_;
  std::string name_;
  Authorizer authorizer_;
  ConnectionHandler on_connection_;
  DisconnectHandler on_disconnect_;
  EventHandler on_unhandled_;
  EventHandler on_bad_json_;
  EventHandler on_handler_error_;
  std::function<void(Socket&)> on_drained_;
  std::unordered_map<std::string, EventHandler, TextHash, std::equal_to<>> handlers_;
  std::vector<std::unique_ptr<LocalRooms>> local_;  // by shard
};

}  // namespace sio
