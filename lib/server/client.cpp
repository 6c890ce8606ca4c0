#include "client.hpp"

#include <utility>

#include "core.hpp"
#include "engine_session.hpp"
#include "handler_call.hpp"
#include "recovery.hpp"
#include "sio/base/check.hpp"

namespace sio {

namespace {

// `4` and a Socket.IO packet, in one allocation.
SharedBytes plain_packet(std::string& scratch, PacketType type, std::string_view nsp, std::string_view json) {
  scratch.assign(1, '4');
  append_packet(scratch, type, nsp, std::nullopt, json);
  return SharedBytes(scratch);
}

}  // namespace

Client::Client(SocketIoApplication& application, ShardState& state, EngineSocket& engine)
    : application_(application), state_(state), engine_(engine), decoder_(application.options().decoder) {
  state_.shard.timers().arm(*this, state_.shard.now() + application.options().connect_timeout);
}

Client::~Client() { state_.shard.timers().cancel(*this); }

void Client::on_message(bool binary, std::string_view data) {
  if (closed_) return;
  if (!joined_once_ && data.size() > application_.options().unjoined_bytes_max) {
    return engine_.close(DisconnectReason::parse_error);
  }
  DecodedPacket packet;
  switch (binary ? decoder_.feed_binary(data, packet) : decoder_.feed_text(data, packet)) {
    case Decoder::Status::packet:
      return handle(packet);
    case Decoder::Status::pending:
      // Binary data from a client that has joined nothing is not waited for (S2).
      if (!joined_once_) engine_.close(DisconnectReason::parse_error);
      return;
    case Decoder::Status::invalid:
      return engine_.close(DisconnectReason::parse_error);
  }
}

void Client::handle(const DecodedPacket& packet) {
  Entry* entry = find(packet.nsp);
  const auto state = entry == nullptr ? NamespaceState::absent
                     : entry->socket  ? NamespaceState::connected
                                      : NamespaceState::connecting;
  switch (judge(packet.type, state)) {
    case Verdict::close:
      return engine_.close(DisconnectReason::parse_error);
    case Verdict::ignore:
      return;
    case Verdict::accept:
      break;
  }
  switch (packet.type) {
    case PacketType::connect:
      return connect(packet);
    case PacketType::disconnect:
      return drop(*entry->socket, DisconnectReason::client_namespace_disconnect);
    case PacketType::event:
    case PacketType::binary_event:
      return entry->nsp->dispatch(*entry->socket, packet);
    case PacketType::ack:
    case PacketType::binary_ack:
      if (packet.ack_id && packet.json_error == json::Error::none)
        entry->socket->finish_ack(*packet.ack_id, AckStatus::answered, packet.payload, packet.attachments);
      return;
    case PacketType::connect_error:
      return;
  }
}

void Client::connect(const DecodedPacket& packet) {
  Namespace* nsp = application_.find(packet.nsp);
  if (nsp == nullptr) return send_plain(PacketType::connect_error, packet.nsp, R"({"message":"Invalid namespace"})");
  entries_.push_back({nsp, next_serial_++, nullptr});
  const std::uint32_t serial = entries_.back().serial;
  const std::string_view auth = packet.payload.empty() ? std::string_view("{}") : packet.payload;
  if (nsp->middlewares_.empty()) {
    if (packet.json_error != json::Error::none) return refuse(*nsp, serial, "Invalid payload", {});
    return accept(*nsp, serial, nullptr, nullptr, json::Value(auth));
  }
  if (nsp->recovery_ && nsp->recovery_->options().skip_middlewares) {
    Admission unchecked{.serial = serial, .auth = std::string(auth), .json_error = packet.json_error};
    unchecked.checked = false;
    return nsp->recovery_->admit(*this, std::move(unchecked));
  }
  ask_middlewares(*nsp, serial, std::string(auth), packet.json_error);
}

void Client::ask_middlewares(Namespace& nsp, std::uint32_t serial, std::string auth, json::Error error) {
  const Handle session = static_cast<EngineSession&>(engine_).handle();
  ConnectRequest(state_.core, session, nsp, serial, std::move(auth), error).next();
}

void Client::accept(Namespace& nsp, std::uint32_t serial, std::unique_ptr<SocketData> data,
                    const ConnectRequest::OnAccepted& on_accepted, json::Value auth, Identity* identity) {
  if (!is_connecting(nsp, serial)) return;
  if (nsp.recovery_) {
    return nsp.recovery_->admit(
        *this,
        {.serial = serial, .auth = std::string(auth.text()), .data = std::move(data), .on_accepted = on_accepted});
  }
  if (identity == nullptr) return enter(nsp, serial, std::move(data), on_accepted, auth, nullptr);
  Entrance entrance;
  entrance.recovery = std::make_unique<SocketRecovery>();
  entrance.recovery->recovered = identity->recovered;
  entrance.recovery->session.sid = std::move(identity->sid);
  entrance.pid = std::move(identity->pid);
  entrance.rooms = std::move(identity->rooms);
  enter(nsp, serial, std::move(data), on_accepted, auth, &entrance);
}

void Client::enter(Namespace& nsp, std::uint32_t serial, std::unique_ptr<SocketData> data,
                   const ConnectRequest::OnAccepted& on_accepted, json::Value auth, Entrance* entrance) {
  Entry* entry = find(nsp, serial);
  entry->socket = std::make_unique<Socket>(*this, nsp);
  Socket& socket = *entry->socket;
  socket.set_data(std::move(data));
  joined_once_ = true;
  state_.shard.timers().cancel(*this);
  if (entrance != nullptr) socket.recovery_ = std::move(entrance->recovery);
  socket.enter_shard();
  if (ServerObserver* observer = state_.core.observer()) observer->on_socket_connected(nsp);
  std::string confirmation;
  json::Writer writer(confirmation);
  writer.begin_object().member("sid", socket.id());
  if (entrance != nullptr && !entrance->pid.empty()) writer.member("pid", entrance->pid);
  writer.end_object();
  send_plain(PacketType::connect, nsp.name(), confirmation);
  if (entrance != nullptr) {
    for (const std::string& room : entrance->rooms) socket.join(room);
    // After the confirmation: a client keeps what comes before it, even over the next loss of its connection, and would
    // then have it twice.
    for (const auto& event : entrance->missed) send(event->packet, false);
  }
  const bool set_up = call_handler(state_.core, nsp, [&] {
    if (on_accepted) on_accepted(socket);
    if (socket.connected() && nsp.on_connection_) nsp.on_connection_(socket, auth);
  });
  if (!set_up) socket.disconnect();
}

void Client::refuse(Namespace& nsp, std::uint32_t serial, std::string_view message, std::string_view data_json) {
  if (!is_connecting(nsp, serial)) return;
  erase(*find(nsp, serial));
  if (ServerObserver* observer = state_.core.observer()) observer->on_connect_refused(nsp);
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("message", message);
  if (!data_json.empty()) writer.key("data").raw(data_json);
  writer.end_object();
  send_plain(PacketType::connect_error, nsp.name(), body);
}

void Client::send(const EncodedPacket& packet, bool droppable) {
  if (!engine_.send({packet.text, false, droppable})) return;
  for (const SharedBytes& attachment : packet.attachments) engine_.send({attachment, true, false});
}

void Client::send_plain(PacketType type, std::string_view nsp, std::string_view json) {
  engine_.send({plain_packet(state_.shard.scratch(), type, nsp, json), false, false});
}

void Client::drop(Socket& socket, DisconnectReason reason) {
  for (Entry& entry : entries_) {
    if (entry.socket.get() != &socket) continue;
    std::unique_ptr<Socket> ended = std::move(entry.socket);
    erase(entry);
    ended->end(reason);
    state_.shard.defer([ended = std::move(ended)] {});
    return;
  }
}

void Client::on_drained() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {  // NOLINT(modernize-loop-convert): handlers may erase entries
    const Entry& entry = entries_[i];
    if (!entry.socket || !entry.nsp->on_drained_) continue;
    call_handler(state_.core, *entry.nsp, entry.nsp->on_drained_, *entry.socket);
  }
}

void Client::on_close(DisconnectReason reason) {
  closed_ = true;
  state_.shard.timers().cancel(*this);
  while (!entries_.empty()) {
    if (entries_.back().socket) {
      drop(*entries_.back().socket, reason);
    } else {
      entries_.pop_back();
    }
  }
}

std::size_t Client::waiting_bytes_max() const { return application_.options().engine.session.outbox_bytes_max; }

void Client::on_timer(TimePoint) { engine_.close(DisconnectReason::connect_timeout); }

Client::Entry* Client::find(std::string_view nsp) {
  for (Entry& entry : entries_) {
    if (entry.nsp->name() == nsp) return &entry;
  }
  return nullptr;
}

Client::Entry* Client::find(const Namespace& nsp, std::uint32_t serial) {
  for (Entry& entry : entries_) {
    if (entry.nsp == &nsp && entry.serial == serial) return &entry;
  }
  return nullptr;
}

bool Client::is_connecting(const Namespace& nsp, std::uint32_t serial) {
  const Entry* entry = find(nsp, serial);
  return !closed_ && entry != nullptr && !entry->socket;
}

void Client::erase(Entry& entry) { entries_.erase(entries_.begin() + (&entry - entries_.data())); }

SocketIoApplication::SocketIoApplication(ServerCore& core, SocketIoOptions options)
    : core_(core), options_(std::move(options)) {}

std::unique_ptr<EngineClient> SocketIoApplication::on_open(EngineSocket& socket) {
  if (!options_.kept_headers.empty()) socket.keep_headers(options_.kept_headers);
  return std::make_unique<Client>(*this, core_.current_state(), socket);
}

void SocketIoApplication::enter_cluster() {
  if (options_.cluster == nullptr) return;
  options_.cluster->start(sink_);
  core_.set_cluster(options_.cluster);
}

void SocketIoApplication::leave_cluster() {
  if (options_.cluster == nullptr) return;
  core_.set_cluster(nullptr);
  options_.cluster->stop();
}

Namespace* SocketIoApplication::find(std::string_view name) {
  for (const auto& nsp : namespaces_) {
    if (nsp->name() == name) return nsp.get();
  }
  return nullptr;
}

Namespace& SocketIoApplication::of(std::string_view name) {
  if (Namespace* known = find(name)) return *known;
  namespaces_.push_back(std::make_unique<Namespace>(core_, std::string(name)));
  namespaces_.back()->set_recovery(options_.recovery);
  return *namespaces_.back();
}

}  // namespace sio
