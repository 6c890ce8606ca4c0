// A client that wants to join a namespace, while it is decided about: what middlewares are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/task.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/server/handshake.hpp"
#include "sio/server/socket.hpp"

namespace sio {

class Client;
class Namespace;
class ServerCore;

// Who a socket is, for applications that recover sessions by a log of their own, with nothing stored here: the pid, for
// example, is a token that they sign, and the offset, the last argument of each event, a text, is a message's id. The
// returning client's CONNECT payload holds {"pid":…,"offset":…}. Where the namespace has recovery of its own
// (recovery.hpp) this is ignored.
struct Identity {
  std::string pid;  // secret; the client is told it, and shows it when it comes back. Empty: none
  // The id of the socket that comes back; empty: a new one. Any text, best one that was a Socket::id(). No other socket
  // should have it: who still has it should be disconnected before.
  std::string sid;
  bool recovered = false;          // what Socket::recovered() shall say; the client believes it if it knows the pid
  std::vector<std::string> rooms;  // that it is in from the beginning
};

// A client's CONNECT that waits for a decision, for as long as its session lasts. Moved, never copied: whoever holds it
// decides. Exactly one of next(), accept() and refuse() takes effect, from any thread and at any time; destroyed
// without any, it is refused ("Internal error"). If the session ends meanwhile, nothing happens. Used by one thread at
// a time; must not outlive the server.
class ConnectRequest {
 public:
  // Runs on the shard, right after the confirmation was queued and before Namespace::on_connection()'s handler. A
  // socket for which it throws is disconnected.
  using OnAccepted = std::function<void(Socket&)>;

  // Made by the server.
  ConnectRequest(ServerCore& core, std::uint64_t session, Namespace& nsp, std::uint32_t serial, std::string auth,
                 json::Error error);
  ConnectRequest(ConnectRequest&&) noexcept;
  ConnectRequest& operator=(ConnectRequest&&) = delete;
  ~ConnectRequest();

  // The CONNECT payload, an object; "{}" if there was none. A view: valid as long as this request is neither moved nor
  // decided.
  json::Value auth() const { return json::Value(auth_); }
  // A limit that the payload's JSON breaks; its grammar is right all the same. The end of the chain refuses such
  // payloads ("Invalid payload"); accept() does not look.
  json::Error json_error() const { return json_error_; }
  // Null if the session has ended. On the session's shard only (where middlewares are called).
  const Handshake* handshake() const;
  // The namespace that the client wants to join.
  Namespace& nsp() const { return *nsp_; }

  // What becomes Socket::data(): set by one middleware, seen by the later ones, and the socket's once it is accepted.
  void set_data(std::unique_ptr<SocketData> data) { data_ = std::move(data); }
  // Whether a middleware has set any.
  bool has_data() const { return data_ != nullptr; }
  // Must be there and be a T.
  template <class T>
  T& data() const {
    return static_cast<T&>(*data_);
  }

  // Hands it to the middleware that was added next, or accepts it after the last; on the session's shard, during the
  // call if that is the calling thread's.
  void next();
  // Accepts at once; later middlewares are not asked. `data`, if given, replaces what set_data() was given.
  void accept(std::unique_ptr<SocketData> data = nullptr, OnAccepted on_accepted = nullptr);
  // The same for a socket that is somebody already. What it missed is emitted by `on_accepted`.
  void accept_as(Identity identity, std::unique_ptr<SocketData> data = nullptr, OnAccepted on_accepted = nullptr);
  // CONNECT_ERROR {"message":…,"data":…}; `data_json`: a JSON value; empty: no data. The session stays open for another
  // try; a JavaScript client makes it only when told to by its application.
  void refuse(std::string_view message, std::string_view data_json = {});

 private:
  friend class Client;
  template <class Action>
  void on_shard(Action action);
  void proceed(Client& client);

  ServerCore* core_;
  std::uint64_t session_;
  Namespace* nsp_;
  std::uint32_t serial_;
  std::uint32_t next_middleware_ = 0;
  std::string auth_;
  std::unique_ptr<SocketData> data_;
  json::Error json_error_;
  bool decided_ = false;
};

// Decides about a CONNECT, or looks at it and passes it on. Runs on the session's shard and must not block: to wait for
// something, move the request there and decide later. What it throws refuses the request that it was given, unless that
// was moved elsewhere. Called by all shards at once.
using Middleware = std::function<void(ConnectRequest)>;

}  // namespace sio
