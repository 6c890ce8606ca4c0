// Base of both kinds of connections (HTTP, WebSocket): the stream, a timer, the handle, and how one ends. Private.
#pragma once

#include <memory>
#include <string>

#include "handle_table.hpp"
#include "sio/runtime/shard.hpp"
#include "sio/runtime/stream.hpp"
#include "waiting.hpp"

namespace sio {

struct ShardState;

class Connection : public rt::StreamHandler, protected rt::Timer {
 public:
  Connection(ShardState& state, rt::Stream::Ptr stream);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Puts it into its shard's table, which owns it from then on.
  template <class C>
  static C& enter(std::unique_ptr<C> connection) {
    C& entered = *connection;
    entered.store(std::move(connection));
    return entered;
  }

  Handle handle() const { return handle_; }
  bool retired() const { return handle_ == 0; }
  // The server is going away: end in order if that is possible now.
  virtual void begin_shutdown() = 0;
  // What waits for its client has stood still for too long, and others need the room: reset.
  void end_stalled();

 protected:
  // Forgets the handle now and destroys the object after this turn: it may still be on the call stack. The connection
  // is closed with it.
  void retire();
  // The same when somebody else has the stream.
  void retire_handed_over();
  void arm(TimePoint deadline);
  // `bytes` of its own (not of a session) wait for the client; `moved`: it has taken some since the last call.
  void count_waiting(std::size_t bytes, bool moved);

  ShardState& state_;
  rt::Stream::Ptr stream_;

 private:
  void store(std::unique_ptr<Connection> self);
  Handle handle_ = 0;
  ShardWaiting::Entry* waiting_ = nullptr;
};

}  // namespace sio
