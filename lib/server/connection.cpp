#include "connection.hpp"

#include <utility>

#include "core.hpp"
#include "engine_session.hpp"
#include "sio/server/observer.hpp"

namespace sio {

Connection::Connection(ShardState& state, rt::Stream::Ptr stream) : state_(state), stream_(std::move(stream)) {}

Connection::~Connection() { state_.shard.timers().cancel(*this); }

void Connection::store(std::unique_ptr<Connection> self) { handle_ = state_.connections.insert(std::move(self)); }

void Connection::retire() {
  if (retired()) return;
  if (ServerObserver* observer = state_.core.observer()) observer->on_connection_closed();
  retire_handed_over();
}

void Connection::end_stalled() {
  stream_->reset_at_close();  // the kernel would go on offering what it has
  retire();
}

void Connection::count_waiting(std::size_t bytes, bool moved) {
  if (bytes == 0 && waiting_ == nullptr) return;
  state_.waiting.update(waiting_, ShardWaiting::Kind::connection, handle_, bytes, moved);
}

void Connection::retire_handed_over() {
  state_.waiting.remove(waiting_);
  state_.shard.timers().cancel(*this);
  if (stream_) stream_->set_handler(nullptr);
  std::unique_ptr<Connection> self = state_.connections.take(std::exchange(handle_, 0));
  state_.shard.defer([self = std::move(self)] {});
}

void Connection::arm(TimePoint deadline) { state_.shard.timers().arm(*this, deadline); }

}  // namespace sio
