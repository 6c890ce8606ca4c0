#include "parley/realtime/chat.hpp"

#include "parts.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::realtime {

Chat::Chat(sio::Server& server, const ChatPorts& ports, DeliveryStart start)
    : parts_(std::make_unique<Parts>(server, ports, start)) {
  Parts& parts = *parts_;
  sio::Namespace& nsp = parts.nsp;
  nsp.use([&parts](sio::ConnectRequest request) { parts.authorize(std::move(request)); });
  nsp.on("smessage", [&parts](sio::Event& event) { parts.on_send(event); });
  nsp.on("mark_message_read", [&parts](sio::Event& event) { parts.on_mark_read(event); });
  nsp.on("resume", [&parts](sio::Event& event) { parts.on_resume(event); });
  nsp.on("typing", [&parts](sio::Event& event) { parts.on_typing(event); });
  nsp.on("authenticate", [&parts](sio::Event& event) { parts.on_authenticate(event); });
  nsp.on_disconnect([&parts](sio::Socket& socket, sio::DisconnectReason) { parts.leave(socket); });
  nsp.on_drained([&parts](sio::Socket& socket) { parts.on_drained(socket); });
  const auto refuse_with = [](ChatError (*error)()) {
    return
        [error](sio::Event& event) { fail_event(event.socket(), origin_of(event).ack_id, error(), event.name(), {}); };
  };
  nsp.on_unhandled(refuse_with(unknown_event));
  nsp.on_handler_error(refuse_with(internal_error));
  nsp.on_bad_json(refuse_with(+[] { return invalid_payload("The payload breaks a limit of JSON texts."); }));
}

Chat::~Chat() = default;

void Chat::begin_drain() {
  parts_->draining = true;
  (void)parts_->ports.seen.try_note(parts_->presence.everybody(sio::rt::unix_now_us()));
}

service::Presence Chat::presence_of(domain::UserId user) const { return parts_->presence.presence_of(user); }

void Chat::on_committed(service::BatchPtr batch) noexcept {
  for (unsigned i = 0; i < parts_->server.shard_count(); ++i) {
    parts_->server.shard(i).post([parts = parts_.get(), batch] { parts->deliver(batch); });
  }
}

void Chat::on_account_changed(const service::AccountChange& change) noexcept {
  for (unsigned i = 0; i < parts_->server.shard_count(); ++i) {
    parts_->server.shard(i).post([parts = parts_.get(), change] { parts->apply(change); });
  }
}

}  // namespace parley::realtime
