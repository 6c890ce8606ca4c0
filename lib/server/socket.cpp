#include "sio/server/socket.hpp"

#include <algorithm>
#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "handler_call.hpp"
#include "ids.hpp"
#include "recovery.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/server/broadcast.hpp"

namespace sio {

// An acknowledgement that the client owes.
struct Socket::PendingAck final : rt::Timer {
  PendingAck(Socket& socket_, AckId id_, AckCallback callback_)
      : socket(socket_), id(id_), callback(std::move(callback_)) {}
  ~PendingAck() override { socket.client_.state().shard.timers().cancel(*this); }
  PendingAck(const PendingAck&) = delete;
  PendingAck& operator=(const PendingAck&) = delete;

  void on_timer(TimePoint) override { socket.finish_ack(id, AckStatus::timed_out); }
  void finish(AckStatus status, std::string_view arguments = "[]",
              std::span<const SharedBytes> attachments = {}) const {
    call_handler(socket.client_.state().core, socket.nsp_, callback, status, json::Value(arguments), attachments);
  }

  Socket& socket;
  AckId id;
  AckCallback callback;
};

EncodedPacket encode_event(std::string_view nsp, std::string_view name, const Arguments& arguments,
                           std::optional<AckId> ack_id) {
  thread_local std::string text;  // its memory is reused: this runs for every message
  const std::size_t attachments = arguments.attachments().size();
  text.assign(1, '4');
  append_packet(text, attachments == 0 ? PacketType::event : PacketType::binary_event, nsp, ack_id, {}, attachments);
  append_event_payload(text, name, arguments.list());
  return {SharedBytes(text), arguments.attachments()};
}

Socket::Socket(Client& client, Namespace& nsp) : client_(client), nsp_(nsp) { rt::random_bytes(salt_); }

Socket::~Socket() {
  if (connected_ && handle_ != 0) client_.state().sockets.take(handle_);
}

void Socket::enter_shard() {
  handle_ = client_.state().sockets.insert(this);
  nsp_.local().add(*this);
  if (!recovery_) return;
  // The handle in an id that was given elsewhere is not this one's: its room is stored like any other.
  std::string& sid = recovery_->session.sid;
  if (sid.empty()) {
    sid = format_socket_id(handle_, salt_);
  } else {
    nsp_.local().join(*this, sid);
  }
  if (nsp_.recovery_) nsp_.recovery_->on_enter(*this);
}

std::string Socket::id() const { return recovery_ ? recovery_->session.sid : format_socket_id(handle_, salt_); }

bool Socket::recovered() const { return recovery_ && recovery_->recovered; }

const Handshake& Socket::handshake() const { return client_.engine().handshake(); }

EngineSocket& Socket::engine() const { return client_.engine(); }

void Socket::emit_list(std::string_view name, const Arguments& arguments) {
  if (connected_) send(encode_event(nsp_.name(), name, arguments));
}

void Socket::emit_volatile_list(std::string_view name, const Arguments& arguments) {
  if (connected_) send(encode_event(nsp_.name(), name, arguments), true);
}

void Socket::emit_with_ack(std::string_view name, const Arguments& arguments, Milliseconds timeout,
                           AckCallback callback) {
  if (!connected_) {
    call_handler(client_.state().core, nsp_, callback, AckStatus::disconnected, json::Value("[]"),
                 std::span<const SharedBytes>{});
    return;
  }
  const AckId id = next_ack_id_++;
  expect_ack(id, timeout, std::move(callback));
  send(encode_event(nsp_.name(), name, arguments, id));
}

void Socket::expect_ack(AckId id, Milliseconds timeout, AckCallback callback) {
  pending_acks_.push_back(std::make_unique<PendingAck>(*this, id, std::move(callback)));
  rt::Shard& shard = client_.state().shard;
  shard.timers().arm(*pending_acks_.back(), shard.now() + timeout);
}

void Socket::send(const EncodedPacket& packet, bool droppable) {
  if (!connected_) return;
  if (nsp_.recovery_ && !droppable) return nsp_.recovery_->emit_to(*this, packet);
  client_.send(packet, droppable);
}

void Socket::acknowledge(AckId id, const Arguments& arguments) {
  if (!connected_) return;
  const std::size_t attachments = arguments.attachments().size();
  std::string text(1, '4');
  append_packet(text, attachments == 0 ? PacketType::ack : PacketType::binary_ack, nsp_.name(), id,
                '[' + arguments.list() + ']', attachments);
  client_.send({SharedBytes(text), arguments.attachments()}, false);
}

Broadcast Socket::broadcast() const {
  Broadcast others(nsp_);
  others.except(ref());
  return others;
}

Broadcast Socket::to(std::string_view room) const {
  Broadcast others = broadcast();
  others.to(room);
  return others;
}

void Socket::join(std::string_view room) {
  if (!connected_) return;
  nsp_.local().join(*this, room);
  if (nsp_.recovery_) nsp_.recovery_->on_join(*this, room);
}

void Socket::leave(std::string_view room) {
  if (recovery_ && room == recovery_->session.sid) return;  // nobody leaves the room of his own id
  nsp_.local().leave(*this, room);
  if (nsp_.recovery_ && connected_) nsp_.recovery_->on_leave(*this, room);
}

bool Socket::in_room(std::string_view room) const {
  const auto members = nsp_.local().members(room);
  return std::find(members.begin(), members.end(), this) != members.end();
}

void Socket::disconnect(bool close_session) {
  if (!connected_) return;
  EngineSocket& engine = client_.engine();
  client_.send_plain(PacketType::disconnect, nsp_.name(), {});
  client_.drop(*this, DisconnectReason::server_namespace_disconnect);
  if (close_session) engine.close(DisconnectReason::forced_close);
}

void Socket::end(DisconnectReason reason) {
  if (!std::exchange(connected_, false)) return;
  if (nsp_.recovery_) nsp_.recovery_->on_disconnected(*this);
  auto acks = std::move(pending_acks_);
  pending_acks_.clear();
  for (const auto& pending : acks) pending->finish(AckStatus::disconnected);
  if (nsp_.on_disconnect_) call_handler(client_.state().core, nsp_, nsp_.on_disconnect_, *this, reason);
  if (nsp_.recovery_) nsp_.recovery_->on_end(*this, reason);
  nsp_.local().remove(*this);
  if (ServerObserver* observer = client_.state().core.observer()) observer->on_socket_disconnected(nsp_, reason);
  client_.state().sockets.take(handle_);  // id() and ref() stay what they were
}

void Socket::finish_ack(AckId id, AckStatus status, std::string_view arguments,
                        std::span<const SharedBytes> attachments) {
  const auto found =
      std::find_if(pending_acks_.begin(), pending_acks_.end(), [id](const auto& pending) { return pending->id == id; });
  if (found == pending_acks_.end()) return;
  const std::unique_ptr<PendingAck> pending = std::move(*found);
  pending_acks_.erase(found);
  pending->finish(status, arguments, attachments);
}

}  // namespace sio
