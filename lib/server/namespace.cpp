#include "sio/server/namespace.hpp"

#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "engine_session.hpp"
#include "guard.hpp"

namespace sio {

Namespace::Namespace(ServerCore& core, std::string name) : core_(core), name_(std::move(name)) {
  for (unsigned i = 0; i < core.shards().size(); ++i) local_.push_back(std::make_unique<LocalRooms>(core.state(i)));
}

Namespace::~Namespace() = default;

Broadcast Namespace::to(std::string_view room) {
  Broadcast broadcast(*this);
  broadcast.to(room);
  return broadcast;
}

LocalRooms& Namespace::local() { return *local_[core_.current_state().shard.index()]; }

void Namespace::with_socket(SocketRef ref, std::function<void(Socket&)> function) {
  if (!ref || ref.shard() >= core_.shards().size()) return;
  auto task = [this, ref, function = std::move(function)] {
    if (Socket* socket = local().find(ref)) call_guarded(function, *socket);
  };
  rt::Shard& there = core_.shards().at(ref.shard());
  if (rt::Shard::current() == &there) return task();
  there.post(std::move(task));
}

void Namespace::dispatch(Socket& socket, const DecodedPacket& packet) {
  Event event(socket, packet);
  const EventHandler* handler = &on_unhandled_;
  if (packet.json_error != json::Error::none) {
    handler = &on_bad_json_;
  } else {
    const std::string_view raw = packet.event_name;
    const bool plain = raw.size() >= 2 && raw.front() == '"' && raw.find('\\') == std::string_view::npos;
    const auto found = plain ? handlers_.find(raw.substr(1, raw.size() - 2)) : handlers_.find(event.name());
    if (found != handlers_.end()) handler = &found->second;
  }
  if (!*handler) return;
  if (call_guarded(*handler, event)) return;
  if (on_handler_error_ && socket.connected()) call_guarded(on_handler_error_, event);
}

void Namespace::emit_everywhere(EmitTarget target, EncodedPacket packet) {
  auto shared = std::make_shared<const std::pair<EmitTarget, EncodedPacket>>(std::move(target), std::move(packet));
  const rt::Shard* here = rt::Shard::current();
  for (unsigned i = 0; i < core_.shards().size(); ++i) {
    rt::Shard& there = core_.shards().at(i);
    if (&there == here) {
      local_[i]->emit(shared->first, shared->second);
    } else {
      there.post([rooms = local_[i].get(), shared] { rooms->emit(shared->first, shared->second); });
    }
  }
}

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

void Broadcast::emit_list(std::string_view name, const Arguments& arguments) {
  nsp_.emit_everywhere(target_, encode_event(nsp_.name(), name, arguments));
}

ConnectRequest::ConnectRequest(ServerCore& core, std::uint64_t session, Namespace& nsp, std::uint32_t serial,
                               std::string auth, json::Error error)
    : core_(&core), session_(session), nsp_(&nsp), serial_(serial), auth_(std::move(auth)), json_error_(error) {}

ConnectRequest::ConnectRequest(ConnectRequest&& other) noexcept
    : core_(other.core_),
      session_(other.session_),
      nsp_(other.nsp_),
      serial_(other.serial_),
      auth_(std::move(other.auth_)),
      json_error_(other.json_error_),
      decided_(std::exchange(other.decided_, true)) {}

ConnectRequest::~ConnectRequest() {
  if (!decided_) refuse("Internal error");
}

const Handshake* ConnectRequest::handshake() const {
  EngineSession* session = core_->current_state().sessions.find(session_);
  return session == nullptr ? nullptr : &session->handshake();
}

void ConnectRequest::on_shard(std::function<void(Client&)> action) {
  ShardState& there = core_->state(shard_of(session_));
  auto task = [&there, session = session_, action = std::move(action)] {
    EngineSession* found = there.sessions.find(session);
    if (found != nullptr && found->client() != nullptr) action(static_cast<Client&>(*found->client()));
  };
  if (rt::Shard::current() == &there.shard) return task();
  there.shard.post(std::move(task));
}

void ConnectRequest::accept(std::unique_ptr<SocketData> data, OnAccepted on_accepted) {
  if (std::exchange(decided_, true)) return;
  auto held = std::make_shared<std::unique_ptr<SocketData>>(std::move(data));  // std::function wants copies
  on_shard([nsp = nsp_, serial = serial_, held, on_accepted = std::move(on_accepted), auth = std::move(auth_)](
               Client& client) { client.accept(*nsp, serial, std::move(*held), on_accepted, json::Value(auth)); });
}

void ConnectRequest::refuse(std::string_view message, std::string_view data_json) {
  if (std::exchange(decided_, true)) return;
  on_shard([nsp = nsp_, serial = serial_, message = std::string(message),
            data = std::string(data_json)](Client& client) { client.refuse(*nsp, serial, message, data); });
}

}  // namespace sio
