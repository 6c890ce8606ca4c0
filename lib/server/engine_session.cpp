#include "engine_session.hpp"

#include <algorithm>
#include <utility>

#include "core.hpp"
#include "engine_endpoint.hpp"
#include "guard.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/server/observer.hpp"
#include "traffic_meter.hpp"
#include "websocket_connection.hpp"

namespace sio {

namespace {

std::string content_type_of(const eio::Action& answer) {
  if (answer.status != 200) return "application/json";
  return answer.body == "ok" ? "text/html" : "text/plain; charset=UTF-8";
}

}  // namespace

EngineSession::EngineSession(ShardState& state, EngineEndpoint& endpoint, const http::Request& request,
                             eio::TransportKind transport, WebSocketConnection* websocket)
    : state_(state),
      endpoint_(endpoint),
      session_(endpoint.options().session, transport, websocket == nullptr ? 0 : websocket->handle(),
               state.shard.now()),
      handshake_{HandshakeHeaders(request.headers), HandshakeQuery(request.query), request.remote_address} {
  rt::random_bytes(secret_);
}

EngineSession::~EngineSession() {
  state_.waiting.remove(waiting_);
  state_.shard.timers().cancel(*this);
  state_.shard.unmark(*this);
}

EngineSession& EngineSession::open(ShardState& state, EngineEndpoint& endpoint, const http::Request& request,
                                   eio::TransportKind transport, WebSocketConnection* websocket) {
  auto created = std::make_unique<EngineSession>(state, endpoint, request, transport, websocket);
  EngineSession& session = *created;
  session.handle_ = state.sessions.insert(std::move(created));
  return session;
}

void EngineSession::begin() {
  armed_ = session_.deadline();
  state_.shard.timers().arm(*this, armed_);
  if (ServerObserver* observer = state_.core.observer()) observer->on_session_opened(session_.transport());
  if (session_.transport() == eio::TransportKind::websocket) send({SharedBytes(open_packet()), false, false});
  call_guarded([this] { client_ = endpoint_.application().on_open(*this); });
  if (!client_) return close(DisconnectReason::forced_close);
  if (ended_) tell_end();  // by the application, while it made its client
}

void EngineSession::tell_end() {
  if (client_) call_guarded([this] { client_->on_close(*ended_); });
}

void EngineSession::tell_message(const eio::Incoming& incoming) {
  if (state_.traffic) state_.traffic->count_received(incoming.data.size());
  if (!client_) return;
  call_guarded([&] { client_->on_message(incoming.kind == eio::Incoming::Kind::binary, incoming.data); });
}

bool EngineSession::answers_to(const EngineEndpoint& endpoint, const SessionSecret& secret) const {
  return &endpoint == &endpoint_ && equal_secrets(secret, secret_) && !session_.gone();
}

std::string EngineSession::open_packet() const {
  const eio::Config& config = endpoint_.options().session;
  const bool offer_upgrade = session_.transport() == eio::TransportKind::polling && config.allow_upgrade;
  return eio::open_packet(format_session_id({handle_, secret_}), offer_upgrade, config.ping_interval.count(),
                          config.ping_timeout.count(), config.max_payload);
}

void EngineSession::read_probe() {
  if (!session_.upgrading()) return;
  if (WebSocketConnection* probe = websocket(session_.probe())) probe->read_now();
}

void EngineSession::poll(eio::RequestId request) {
  eio::Actions actions;
  session_.on_poll(request, state_.shard.now(), actions);
  state_.shard.mark_dirty(*this);
  perform(actions);
}

void EngineSession::poll_aborted(eio::RequestId request) {
  eio::Actions actions;
  session_.on_poll_aborted(request, state_.shard.now(), actions);
  perform(actions);
}

void EngineSession::post_begun(eio::RequestId request, bool octet_stream) {
  eio::Actions actions;
  session_.on_post_begun(request, octet_stream, state_.shard.now(), actions);
  perform(actions);
}

void EngineSession::post_complete(eio::RequestId request, std::string_view body) {
  session_.on_post_body(request, body);
  std::string scratch;
  eio::Actions actions;
  for (;;) {
    const eio::Incoming incoming = session_.next_from_post(scratch, state_.shard.now(), actions);
    if (incoming.kind == eio::Incoming::Kind::none) break;
    tell_message(incoming);
  }
  perform(actions);
}

void EngineSession::post_too_large(eio::RequestId request) {
  eio::Actions actions;
  session_.on_post_too_large(request, actions);
  perform(actions);
}

void EngineSession::post_aborted(eio::RequestId request) {
  eio::Actions actions;
  session_.on_post_aborted(request, state_.shard.now(), actions);
  perform(actions);
}

bool EngineSession::probe_opened(WebSocketConnection& websocket) {
  eio::Actions actions;
  const bool accepted = session_.on_probe_opened(websocket.handle(), state_.shard.now(), actions);
  if (accepted) websocket.set_session(this);
  perform(actions);
  return accepted;
}

void EngineSession::websocket_message(WebSocketConnection& websocket, bool binary, std::string_view data) {
  eio::Actions actions;
  const eio::Incoming incoming =
      session_.on_websocket_message(websocket.handle(), binary, data, state_.shard.now(), actions);
  perform(actions);
  if (incoming.kind != eio::Incoming::Kind::none) tell_message(incoming);
}

void EngineSession::websocket_control_frame(WebSocketConnection& websocket) {
  eio::Actions actions;
  session_.on_control_frame(websocket.handle(), state_.shard.now(), actions);
  perform(actions);
}

void EngineSession::websocket_closed(WebSocketConnection& websocket, DisconnectReason reason) {
  eio::Actions actions;
  session_.on_websocket_closed(websocket.handle(), reason, state_.shard.now(), actions);
  perform(actions);
}

void EngineSession::websocket_writable() { state_.shard.mark_dirty(*this); }

bool EngineSession::send(eio::Packet message) {
  // Much of one turn is no sign of a client that does not read: only what its transport does not take waits.
  if (!session_.has_room(message)) write_out();
  const std::size_t bytes = message.bytes.size();
  eio::Actions actions;
  const bool queued = session_.send(std::move(message), can_write(), state_.shard.now(), actions);
  if (queued) state_.shard.mark_dirty(*this);
  if (queued && state_.traffic) state_.traffic->count_sent(bytes);
  if (!actions.empty()) perform(actions);
  return queued;
}

void EngineSession::write_out() {
  if (session_.transport() == eio::TransportKind::websocket) {
    if (WebSocketConnection* transport = websocket(session_.connection())) transport->flush();
    return;
  }
  const std::size_t before = session_.waiting_packets();
  eio::Actions actions;
  session_.answer_waiting_poll(actions);
  perform(actions);
  moved_ = moved_ || session_.waiting_packets() < before;
}

void EngineSession::websocket_unsent(const WebSocketConnection& websocket, std::size_t messages, std::size_t bytes,
                                     bool moved) {
  if (websocket.handle() != session_.connection()) return;
  session_.set_unsent(messages, bytes);
  moved_ = moved_ || moved;
  state_.shard.mark_dirty(*this);
}

void EngineSession::count_waiting() {
  const std::size_t bytes = session_.waiting_bytes() + session_.waiting_packets() * ShardWaiting::kPacketBytes;
  const bool moved = std::exchange(moved_, false);
  if (bytes == 0 && waiting_ == nullptr) return;
  state_.waiting.update(waiting_, ShardWaiting::Kind::session, handle_, bytes, moved);
}

void EngineSession::end_stalled() {
  stalled_ = true;
  eio::Actions actions;
  if (session_.open()) {
    session_.close(DisconnectReason::slow_consumer, state_.shard.now(), actions);
  } else {
    session_.on_timer(kNever, actions);  // ended before, its packets wait for polls: their time is up
  }
  perform(actions);
}

void EngineSession::close(DisconnectReason reason) {
  eio::Actions actions;
  session_.close(reason, state_.shard.now(), actions);
  perform(actions);
}

void EngineSession::trim_handshake(bool (*keep)(std::string_view name)) {
  handshake_.headers.keep_only(keep);
  handshake_.query = {};
}

void EngineSession::keep_headers(std::span<const std::string> names) {
  handshake_.headers.keep_only([names](std::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& kept) { return equals_ignore_case(kept, name); });
  });
}

std::size_t EngineSession::waiting_bytes() const { return session_.waiting_bytes(); }

std::size_t EngineSession::waiting_packets() const { return session_.waiting_packets(); }

rt::Shard& EngineSession::shard() { return state_.shard; }

void EngineSession::on_timer(TimePoint now) {
  armed_ = kNever;
  eio::Actions actions;
  session_.on_timer(now, actions);
  state_.shard.mark_dirty(*this);
  perform(actions);
}

void EngineSession::end_of_turn() {
  if (handle_ == 0) return;  // gone in this turn
  drain_due_ = drain_due_ || session_.has_packets();
  bool writable = true;
  if (session_.transport() == eio::TransportKind::websocket) {
    WebSocketConnection* transport = websocket(session_.connection());
    if (transport == nullptr) return;
    transport->flush();
    if (handle_ == 0) return;
    writable = transport->writable();
  }
  const std::size_t before = session_.waiting_packets();
  eio::Actions actions;
  session_.flush(state_.shard.now(), actions);
  moved_ = moved_ || session_.waiting_packets() < before;
  if (!actions.empty()) perform(actions);
  if (handle_ == 0) return;
  count_waiting();
  if (!drain_due_ || !writable || session_.has_packets()) return;
  drain_due_ = false;
  if (client_ && session_.open()) call_guarded([this] { client_->on_drained(); });
}

void EngineSession::perform(eio::Actions& actions) {
  for (eio::Action& action : actions) carry_out(action);
  const TimePoint deadline = session_.deadline();
  if (deadline == armed_) return;
  armed_ = deadline;
  state_.shard.timers().arm(*this, deadline);
}

void EngineSession::carry_out(eio::Action& action) {
  switch (action.kind) {
    case eio::ActionKind::answer: {
      http::Response response;
      response.status = action.status;
      response.headers.add("Content-Type", content_type_of(action));
      response.headers.add("Cache-Control", "no-store");
      response.body = std::move(action.body);
      return state_.core.answer(action.id, std::move(response));
    }
    case eio::ActionKind::probe_pong:
      if (WebSocketConnection* probe = websocket(action.id)) probe->send_text("3probe");
      return state_.shard.mark_dirty(*this);
    case eio::ActionKind::switched:
      if (ServerObserver* observer = state_.core.observer()) observer->on_session_upgraded();
      return state_.shard.mark_dirty(*this);
    case eio::ActionKind::close_connection:
      if (WebSocketConnection* connection = websocket(action.id)) {
        ended_ == DisconnectReason::slow_consumer ? connection->close_slow() : connection->close(ws::CloseCode::none);
      }
      return;
    case eio::ActionKind::ended:
      ended_ = action.reason;
      if (action.reason == DisconnectReason::slow_consumer && !stalled_) {
        state_.load.slow_by_outbox.fetch_add(1, std::memory_order_relaxed);
      }
      if (ServerObserver* observer = state_.core.observer()) {
        observer->on_session_closed(session_.transport(), action.reason);
      }
      return tell_end();
    case eio::ActionKind::gone:
      return finish();
  }
}

// The object may be on the call stack: it is forgotten now and destroyed after the turn.
void EngineSession::finish() {
  std::unique_ptr<EngineSession> self = state_.sessions.take(std::exchange(handle_, 0));
  if (!self) return;
  for (const Handle id : {session_.connection(), session_.probe()}) {
    if (WebSocketConnection* connection = websocket(id)) connection->set_session(nullptr);
  }
  state_.shard.timers().cancel(*this);
  state_.waiting.remove(waiting_);
  state_.shard.defer([self = std::move(self)] {});
}

WebSocketConnection* EngineSession::websocket(Handle id) const {
  return id == 0 ? nullptr : static_cast<WebSocketConnection*>(state_.connections.find(id));
}

bool EngineSession::can_write() const {
  const WebSocketConnection* transport = websocket(session_.connection());
  return transport != nullptr && transport->writable();
}

}  // namespace sio
