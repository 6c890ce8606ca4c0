// Many sockets at once: nsp.to("a").to("b").except("c").emit("news", 1).
#pragma once

#include <coroutine>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "sio/base/time.hpp"
#include "sio/server/ack.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/rooms.hpp"
#include "sio/server/socket_ref.hpp"

namespace sio {

class BroadcastAwaiter;
class Namespace;

// Sockets of one namespace, and what to do with them. A value; made by Namespace::to(), all(), except(), local() or
// Socket::to(), broadcast(); used once or more often, from any thread, by one thread at a time. Must not outlive the
// server.
//
// What is done happens to the sockets that are members when a shard comes to it: on the calling shard during the call,
// on other shards when their mailbox is emptied, on other nodes of a cluster when the message has come there. All that
// one thread does keeps its order on every shard. From a shard: sockets of the calling shard have it before the call
// returns, so their next packets come after it.
class Broadcast {
 public:
  // All sockets of the namespace, until to() or except() says otherwise.
  explicit Broadcast(Namespace& nsp) : nsp_(&nsp) {}
  // Members of any of the rooms named; without one: all sockets of the namespace. A socket's id is a room of its own.
  Broadcast& to(std::string_view room);
  // But for the members of this room.
  Broadcast& except(std::string_view room);
  // But for this socket: one; the last call counts.
  Broadcast& except(SocketRef socket);
  // Sockets of this server only, not those of its cluster.
  Broadcast& local() {
    local_ = true;
    return *this;
  }

  // Each socket gets the event once. Encoded once, one copy of the bytes for all.
  template <Writable... T>
  void emit(std::string_view name, const T&... values) {
    emit_list(name, Arguments::of(values...));
  }
  void emit_list(std::string_view name, const Arguments& arguments) { send(name, arguments, false); }
  // Left out where the transport cannot take it at once (a poll that does not wait, a connection that is busy).
  template <Writable... T>
  void emit_volatile(std::string_view name, const T&... values) {
    emit_volatile_list(name, Arguments::of(values...));
  }
  void emit_volatile_list(std::string_view name, const Arguments& arguments) { send(name, arguments, true); }

  // Asks each socket of this server (never of its cluster) for an acknowledgement and collects the answers.
  void emit_with_ack(std::string_view name, const Arguments& arguments, Milliseconds timeout,
                     BroadcastAckCallback callback);
  // The same for coroutines: `const sio::BroadcastAnswers all = co_await nsp.all().emit_with_ack("q", 5s, 1);`.
  // Resumed where the callback would be called.
  template <Writable... T>
  BroadcastAwaiter emit_with_ack(std::string_view name, Milliseconds timeout, const T&... values);

  // Joins all to a room, or takes them out of it.
  void join(std::string_view room);
  // Takes all out of a room.
  void leave(std::string_view room);
  // Socket::disconnect() for all; with `close_session` their whole sessions end.
  void disconnect(bool close_session = false);
  // Calls `function` for each socket of this server, on the socket's shard; so it runs on several threads at once, each
  // with a reference to the one function. What it throws is dropped.
  void for_each(std::function<void(Socket&)> function);

 private:
  void send(std::string_view name, const Arguments& arguments, bool droppable);
  template <class Fill>
  void publish(Fill&& fill) const;

  Namespace* nsp_;
  EmitTarget target_;
  bool local_ = false;
};

// What Broadcast::emit_with_ack() gives to co_await, in a coroutine of type Detached.
class [[nodiscard("co_await it: nothing is sent before")]] BroadcastAwaiter {
 public:
  // Made by Broadcast::emit_with_ack().
  BroadcastAwaiter(Broadcast broadcast, std::string_view name, Arguments arguments, Milliseconds timeout)
      : broadcast_(std::move(broadcast)), name_(name), arguments_(std::move(arguments)), timeout_(timeout) {}
  BroadcastAwaiter(const BroadcastAwaiter&) = delete;
  BroadcastAwaiter& operator=(const BroadcastAwaiter&) = delete;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<Detached::promise_type> waiting);
  BroadcastAnswers await_resume() { return std::move(answers_); }

 private:
  Broadcast broadcast_;
  std::string name_;
  Arguments arguments_;
  Milliseconds timeout_;
  BroadcastAnswers answers_;
};

template <Writable... T>
BroadcastAwaiter Broadcast::emit_with_ack(std::string_view name, Milliseconds timeout, const T&... values) {
  return {*this, name, Arguments::of(values...), timeout};
}

}  // namespace sio
