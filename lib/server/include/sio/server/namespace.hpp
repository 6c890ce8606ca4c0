// A namespace: who may connect, what its events do, its rooms. Set up before the server runs; afterwards its handlers
// are fixed, and emitting works from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "sio/server/ack.hpp"
#include "sio/server/broadcast.hpp"
#include "sio/server/connect_request.hpp"
#include "sio/server/event.hpp"
#include "sio/server/recovery.hpp"
#include "sio/server/rooms.hpp"
#include "sio/server/socket.hpp"
#include "sio/server/typed_handler.hpp"

namespace sio {

class Recovery;
class ServerCore;

// One namespace. Set-up functions before the server runs, from one thread; at run time those of the second part, from
// any thread. Lives as long as its server.
//
// Handlers run on the shard of their socket, so those of different sockets run at once: what they share needs its own
// protection. They must not block. They may throw: the session lives on, and what was thrown is dropped.
class Namespace {
 public:
  // See on_connection().
  using ConnectionHandler = std::function<void(Socket&, json::Value auth)>;
  // See on_disconnect().
  using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
  // See on().
  using EventHandler = std::function<void(Event&)>;
  // See on_invalid_arguments().
  using InvalidArgumentsHandler = std::function<void(Event&, const InvalidArguments&)>;

  // By Server::of().
  Namespace(ServerCore& core, std::string name);
  ~Namespace();
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  // Begins with `/`.
  const std::string& name() const { return name_; }

  // ---- set-up, before the server runs
  // Adds one who decides about every CONNECT, after those added before. Without any, all are accepted whose payload is
  // good.
  void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
  // A socket is there, right after its confirmation. `auth`: the CONNECT payload, valid during the call. A socket whose
  // handler throws is disconnected.
  void on_connection(ConnectionHandler handler) { on_connection_ = std::move(handler); }
  // A socket goes; its rooms and data are still there, sending does nothing any more. Once for each socket.
  void on_disconnect(DisconnectHandler handler) { on_disconnect_ = std::move(handler); }
  // What to do with an event of this name; a later one replaces it. Reserved names never come.
  void on(std::string event, EventHandler handler) { handlers_[std::move(event)] = std::move(handler); }
  // The same with arguments as parameters, see typed_handler.hpp: [](Socket& socket, int x, std::string name, Ack ack).
  // Called only if the arguments fit, in number and type; else on_invalid_arguments() decides.
  template <class F>
    requires(!std::is_convertible_v<F, EventHandler>)
  void on(std::string event, F handler) {
    on(std::move(event), EventHandler(detail::typed_handler(std::move(handler))));
  }
  // An Event is gone when a coroutine goes on: take arguments by value instead.
  template <class F>
    requires std::is_invocable_r_v<Detached, F&, Event&>
  void on(std::string event, F handler) = delete;
  // Events that do not fit their typed handler. By default one that asks for an acknowledgement is answered with
  // {"ok":false,"error":"<sentence>","code":"invalid_payload"}, others are ignored; the connection stays.
  void on_invalid_arguments(InvalidArgumentsHandler handler) { on_invalid_arguments_ = std::move(handler); }
  // Events without handler; by default they are ignored.
  void on_unhandled(EventHandler handler) { on_unhandled_ = std::move(handler); }
  // Events whose JSON breaks a limit; by default they are ignored.
  void on_bad_json(EventHandler handler) { on_bad_json_ = std::move(handler); }
  // An event handler threw; by default the event is dropped. The session lives on. An answer that is still due may be
  // given here, by Event::acknowledge().
  void on_handler_error(EventHandler handler) { on_handler_error_ = std::move(handler); }
  // All that waited for this client has been handed to the kernel. At most once a turn.
  void on_drained(std::function<void(Socket&)> handler) { on_drained_ = std::move(handler); }

  // Connection state recovery for this namespace, whatever SocketIoOptions::recovery says; nullopt: none.
  void set_recovery(std::optional<RecoveryOptions> options);

  // ---- at run time
  // Sockets to do something with: all(), those in a room, all but those in a room.
  Broadcast all() { return Broadcast(*this); }
  // Members of a room.
  Broadcast to(std::string_view room);
  // All but the members of a room.
  Broadcast except(std::string_view room);
  // Runs `function` on the socket's shard if the socket is still there: during the call if that is the calling
  // thread's, else through its mailbox. From any thread. What it throws is dropped.
  void with_socket(SocketRef ref, std::function<void(Socket&)> function);
  // Sockets and rooms of the calling shard. CHECK on any other thread.
  LocalRooms& local();

 private:
  friend class Ack;
  friend class Broadcast;
  friend class Client;
  friend class ConnectRequest;
  friend class Recovery;
  friend class Socket;
  friend void detail::reject_arguments(Event& event, const InvalidArguments& why);
  void dispatch(Socket& socket, const DecodedPacket& packet);
  // To the sockets of this server.
  void emit_everywhere(EmitTarget target, EncodedPacket packet);
  void for_each_everywhere(EmitTarget target, std::function<void(Socket&)> function);
  template <class Task>
  void on_all_shards(const Task& task);
  void ask_everywhere(const EmitTarget& target, std::string_view name, const Arguments& arguments, Milliseconds timeout,
                      BroadcastAckCallback callback);
  bool is_here(SocketRef ref) const;  // its shard is the calling thread's

  // Ids of questions to many, above those that a socket counts for its own.
  static constexpr AckId kFirstSharedAckId = AckId{1} << 32;

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  ServerCore& core_;
  std::string name_;
  std::vector<Middleware> middlewares_;
  ConnectionHandler on_connection_;
  DisconnectHandler on_disconnect_;
  InvalidArgumentsHandler on_invalid_arguments_;
  EventHandler on_unhandled_;
  EventHandler on_bad_json_;
  EventHandler on_handler_error_;
  std::function<void(Socket&)> on_drained_;
  std::unordered_map<std::string, EventHandler, TextHash, std::equal_to<>> handlers_;
  std::vector<std::unique_ptr<LocalRooms>> local_;  // by shard
  std::unique_ptr<Recovery> recovery_;              // null: off
  std::atomic<AckId> next_ack_id_{kFirstSharedAckId};
};

}  // namespace sio
