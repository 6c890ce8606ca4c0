#include "sio/server/ack.hpp"

#include "sio/server/namespace.hpp"

namespace sio {

namespace {

thread_local Event* event_with_ack = nullptr;  // see AckScope

}  // namespace

detail::AckScope::AckScope(Event& event) : before_(std::exchange(event_with_ack, &event)) {}

detail::AckScope::~AckScope() { event_with_ack = before_; }

void Ack::return_to_event() noexcept {
  Event* event = event_with_ack;
  if (event != nullptr && event->ack_id() == id_ && event->socket().ref() == socket_) event->acknowledged_ = false;
}

void Ack::answer(const Arguments& arguments) {
  if (!wanted()) return;
  const AckId id = *std::exchange(id_, std::nullopt);
  if (nsp_->is_here(socket_)) {
    if (Socket* socket = nsp_->local().find(socket_)) socket->acknowledge(id, arguments);
    return;
  }
  nsp_->with_socket(socket_, [id, arguments](Socket& socket) { socket.acknowledge(id, arguments); });
}

bool AckAwaiter::await_ready() const { return !socket_.connected(); }

// The answer may come, and with it the end of the coroutine and of this object, before emit_with_ack() has returned:
// if what is sent goes over the outbox's bound, the session ends.
void AckAwaiter::await_suspend(std::coroutine_handle<Detached::promise_type> waiting) {
  auto frame = std::make_shared<detail::WaitingFrame>(waiting);
  socket_.emit_with_ack(
      name_, arguments_, timeout_,
      [this, frame](AckStatus status, json::Value arguments, std::span<const SharedBytes> attachments) {
        result_.status = status;
        result_.socket = status == AckStatus::disconnected ? nullptr : &socket_;
        result_.text = arguments.text();
        result_.attachments.assign(attachments.begin(), attachments.end());
        frame->resume();
      });
}

}  // namespace sio
