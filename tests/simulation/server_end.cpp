#include "server_end.hpp"

#include "client.hpp"

namespace sio::simulation {

ServerEnd::ServerEnd(World& world, const eio::Config& config, const SocketPtr& websocket)
    : world_(world),
      config_(config),
      harness_(config_, websocket ? eio::TransportKind::websocket : eio::TransportKind::polling,
               websocket ? websocket->id : 0, world.now()) {
  if (websocket) sockets_[websocket->id] = websocket;
  harness_.on_message = [this](const eio::Incoming& incoming) {
    if (!received_.take(incoming.data, incoming.kind == eio::Incoming::Kind::binary)) {
      world_.fail("the server got " + std::string(incoming.data) + " instead of " + received_.text());
    }
    if (world_.chance(20)) send_some();
  };
  harness_.on_answer = [this](const eio::test::Harness::Answer& given) {
    const auto found = exchanges_.find(given.request);
    if (found == exchanges_.end()) return;  // refused in passes(), or lost
    const ExchangePtr exchange = found->second;
    exchanges_.erase(found);
    answer(exchange, given.status, given.body);
  };
  harness_.on_send = [this](eio::ConnectionId id, const eio::Packet& packet) {
    Pipe::push(sockets_.at(id)->down, {std::string(packet.bytes.view()), packet.binary});
  };
  harness_.on_probe_pong = [this](eio::ConnectionId id) { Pipe::push(sockets_.at(id)->down, {"3probe"}); };
  harness_.on_close = [this](eio::ConnectionId id) {
    Pipe::push(sockets_.at(id)->down, {.close = true});
    sockets_.erase(id);
  };
  arm();
}

void ServerEnd::begin() {
  harness_.advance_without_timer(std::chrono::duration_cast<Milliseconds>(world_.now() - harness_.now()));
  tell();
}

void ServerEnd::tell() {
  for (const std::string& event : harness_.take_events()) world_.tell("server", event);
}

void ServerEnd::end() {
  if (!flush_due_) {
    flush_due_ = true;
    world_.after(Milliseconds{0}, [this] {
      flush_due_ = false;
      begin();
      harness_.flush();
      tell();
      arm();
    });
  }
  arm();
}

void ServerEnd::arm() {
  const TimePoint due = harness_.session().deadline();
  if (due == armed_ || due == kNever) return;
  armed_ = due;
  const Milliseconds late{world_.chance(90) ? 0 : world_.pick(0, 10)};
  world_.at(std::max(due, world_.now()) + late, [this, arming = ++arming_] {
    if (arming != arming_) return;
    armed_ = kNever;
    begin();
    if (harness_.session().deadline() <= world_.now()) harness_.tick();
    end();
  });
}

// ---- application

void ServerEnd::send_some() {
  begin();
  for (int n = world_.pick(1, world_.chance(10) ? 40 : 3); n > 0 && open(); --n) {
    if (harness_.send((sent_.binary() ? "" : "4") + sent_.text(), sent_.binary())) sent_.next();
  }
  end();
}

void ServerEnd::close(DisconnectReason reason) {
  begin();
  harness_.close(reason);
  end();
}

// ---- HTTP

bool ServerEnd::passes(const ExchangePtr& exchange) {
  const eio::RequestFacts facts{
      .method = exchange->is_post ? "POST" : "GET", .transport = "polling", .eio = "4", .has_sid = true};
  const eio::SessionFacts session{transport()};
  auto error = check_without_session(facts);
  if (!error) error = check_with_session(facts, gone() ? nullptr : &session);
  exchange->refused = error.has_value();
  if (error) answer(exchange, http_status(*error), error_body(*error));
  return !error;
}

void ServerEnd::answer(const ExchangePtr& exchange, int status, std::string body) {
  exchange->answered = true;
  world_.after(world_.latency(), [this, exchange, status, body = std::move(body)] {
    if (!exchange->broken) client_->on_answer(exchange, status, body);
  });
}

void ServerEnd::get(const ExchangePtr& exchange) {
  begin();
  if (!passes(exchange)) return;
  exchanges_[exchange->id] = exchange;
  harness_.poll(exchange->id);
  end();
}

void ServerEnd::post_head(const ExchangePtr& exchange) {
  begin();
  if (!passes(exchange)) return;
  exchanges_[exchange->id] = exchange;
  harness_.begin_post(exchange->id);
  end();
}

void ServerEnd::post_body(const ExchangePtr& exchange) {
  if (exchange->answered) return;
  begin();
  harness_.post_body(exchange->id, exchange->body);
  end();
}

void ServerEnd::exchange_lost(const ExchangePtr& exchange) {
  if (exchanges_.erase(exchange->id) == 0) return;
  begin();
  exchange->is_post ? harness_.abort_post(exchange->id) : harness_.abort_poll(exchange->id);
  end();
}

// ---- WebSocket

void ServerEnd::websocket_opened(const SocketPtr& socket) {
  begin();
  if (!gone() && harness_.open_probe(socket->id)) {
    sockets_[socket->id] = socket;
  } else {
    Pipe::push(socket->down, {.close = true});
  }
  end();
}

void ServerEnd::websocket_message(std::uint64_t id, const Pipe::Message& message) {
  if (!sockets_.contains(id)) return;
  begin();
  if (message.close) {
    sockets_.erase(id);
    harness_.lose(id);
  } else {
    harness_.message(id, message.data, message.binary);
  }
  end();
}

void ServerEnd::websocket_lost(std::uint64_t id) {
  if (sockets_.erase(id) == 0) return;
  begin();
  harness_.lose(id, DisconnectReason::transport_error);
  end();
}

}  // namespace sio::simulation
