#include "sio/server/connect_request.hpp"

#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "engine_session.hpp"
#include "handler_call.hpp"

namespace sio {

ConnectRequest::ConnectRequest(ServerCore& core, std::uint64_t session, Namespace& nsp, std::uint32_t serial,
                               std::string auth, json::Error error)
    : core_(&core), session_(session), nsp_(&nsp), serial_(serial), auth_(std::move(auth)), json_error_(error) {}

ConnectRequest::ConnectRequest(ConnectRequest&& other) noexcept
    : core_(other.core_),
      session_(other.session_),
      nsp_(other.nsp_),
      serial_(other.serial_),
      next_middleware_(other.next_middleware_),
      auth_(std::move(other.auth_)),
      data_(std::move(other.data_)),
      json_error_(other.json_error_),
      decided_(std::exchange(other.decided_, true)) {}

ConnectRequest::~ConnectRequest() {
  if (!decided_) refuse("Internal error");
}

const Handshake* ConnectRequest::handshake() const {
  EngineSession* session = core_->current_state().sessions.find(session_);
  return session == nullptr ? nullptr : &session->handshake();
}

template <class Action>
void ConnectRequest::on_shard(Action action) {
  ShardState& there = core_->state(shard_of(session_));
  auto task = [&there, session = session_, action = std::move(action)]() mutable {
    EngineSession* found = there.sessions.find(session);
    if (found != nullptr && found->client() != nullptr) action(static_cast<Client&>(*found->client()));
  };
  if (rt::Shard::current() == &there.shard) return task();
  there.shard.post(std::move(task));
}

void ConnectRequest::next() {
  if (decided_) return;
  on_shard([rest = ConnectRequest(std::move(*this))](Client& client) mutable { rest.proceed(client); });
}

// On the session's shard.
void ConnectRequest::proceed(Client& client) {
  if (!client.is_connecting(*nsp_, serial_)) return;
  if (next_middleware_ < nsp_->middlewares_.size()) {
    const Middleware& middleware = nsp_->middlewares_[next_middleware_++];
    call_handler(*core_, *nsp_, middleware, std::move(*this));
  } else if (json_error_ != json::Error::none) {
    refuse("Invalid payload");
  } else {
    accept();
  }
}

void ConnectRequest::accept(std::unique_ptr<SocketData> data, OnAccepted on_accepted) {
  if (std::exchange(decided_, true)) return;
  if (data) data_ = std::move(data);
  on_shard([nsp = nsp_, serial = serial_, held = std::move(data_), on_accepted = std::move(on_accepted),
            auth = std::move(auth_)](Client& client) mutable {
    client.accept(*nsp, serial, std::move(held), on_accepted, json::Value(auth));
  });
}

void ConnectRequest::accept_as(Identity identity, std::unique_ptr<SocketData> data, OnAccepted on_accepted) {
  if (std::exchange(decided_, true)) return;
  if (data) data_ = std::move(data);
  on_shard([nsp = nsp_, serial = serial_, held = std::move(data_), on_accepted = std::move(on_accepted),
            auth = std::move(auth_), identity = std::move(identity)](Client& client) mutable {
    client.accept(*nsp, serial, std::move(held), on_accepted, json::Value(auth), &identity);
  });
}

void ConnectRequest::refuse(std::string_view message, std::string_view data_json) {
  if (std::exchange(decided_, true)) return;
  on_shard([nsp = nsp_, serial = serial_, message = std::string(message),
            data = std::string(data_json)](Client& client) { client.refuse(*nsp, serial, message, data); });
}

}  // namespace sio
