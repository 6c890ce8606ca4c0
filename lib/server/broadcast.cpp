#include "sio/server/broadcast.hpp"

#include <memory>
#include <utility>

#include "core.hpp"
#include "sio/server/cluster.hpp"
#include "sio/server/namespace.hpp"

namespace sio {

Broadcast& Broadcast::to(std::string_view room) {
  target_.rooms.emplace_back(room);
  return *this;
}

Broadcast& Broadcast::except(std::string_view room) {
  target_.except_rooms.emplace_back(room);
  return *this;
}

Broadcast& Broadcast::except(SocketRef socket) {
  target_.except_socket = socket;
  return *this;
}

// The other nodes of the cluster, if they shall hear of it. A socket of ours is not excepted there: it is none of
// theirs.
template <class Fill>
void Broadcast::publish(Fill&& fill) const {
  ClusterAdapter* cluster = local_ ? nullptr : nsp_->core_.cluster();
  if (cluster == nullptr) return;
  ClusterMessage message;
  message.nsp = nsp_->name();
  message.rooms = target_.rooms;
  message.except = target_.except_rooms;
  fill(message);
  cluster->publish(message);
}

void Broadcast::send(std::string_view name, const Arguments& arguments, bool droppable) {
  EmitTarget target = target_;
  target.droppable = droppable;
  nsp_->emit_everywhere(std::move(target), encode_event(nsp_->name(), name, arguments));
  publish([&](ClusterMessage& message) {
    message.kind = ClusterMessage::Kind::emit;
    message.event = name;
    message.arguments = arguments;
    message.droppable = droppable;
  });
}

void Broadcast::emit_with_ack(std::string_view name, const Arguments& arguments, Milliseconds timeout,
                              BroadcastAckCallback callback) {
  nsp_->ask_everywhere(target_, name, arguments, timeout, std::move(callback));
}

void Broadcast::join(std::string_view room) {
  nsp_->for_each_everywhere(target_, [room = std::string(room)](Socket& socket) { socket.join(room); });
  publish([&](ClusterMessage& message) {
    message.kind = ClusterMessage::Kind::join;
    message.change.emplace_back(room);
  });
}

void Broadcast::leave(std::string_view room) {
  nsp_->for_each_everywhere(target_, [room = std::string(room)](Socket& socket) { socket.leave(room); });
  publish([&](ClusterMessage& message) {
    message.kind = ClusterMessage::Kind::leave;
    message.change.emplace_back(room);
  });
}

void Broadcast::disconnect(bool close_session) {
  nsp_->for_each_everywhere(target_, [close_session](Socket& socket) { socket.disconnect(close_session); });
  publish([&](ClusterMessage& message) {
    message.kind = ClusterMessage::Kind::disconnect;
    message.close_session = close_session;
  });
}

void Broadcast::for_each(std::function<void(Socket&)> function) {
  nsp_->for_each_everywhere(target_, std::move(function));
}

void BroadcastAwaiter::await_suspend(std::coroutine_handle<Detached::promise_type> waiting) {
  auto frame = std::make_shared<detail::WaitingFrame>(waiting);
  broadcast_.emit_with_ack(name_, arguments_, timeout_, [this, frame](const BroadcastAnswers& answers) {
    answers_ = answers;
    frame->resume();
  });
}

}  // namespace sio
