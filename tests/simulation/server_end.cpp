#include "server_end.hpp"

#include "client.hpp"

namespace sio::simulation {

ServerEnd::ServerEnd(World& world, const eio::Config& config, const SocketPtr& websocket)
    : world_(world),
      config_(config),
      window_(static_cast<std::size_t>(world.chance(70) ? 100'000 : world.pick(1, 2'000))),
      harness_(config_, websocket ? eio::TransportKind::websocket : eio::TransportKind::polling,
               websocket ? websocket->id : 0, world.now()),
      talk_(world, "the server",
            [this](const std::vector<Talk::Message>& messages, bool droppable) { return emit(messages, droppable); }) {
  if (websocket) take_link(websocket);
  hook();
  arm();
}

void ServerEnd::hook() {
  harness_.on_message = [this](const eio::Incoming& incoming) {
    talk_.hear(incoming.data, incoming.kind == eio::Incoming::Kind::binary);
    if (world_.chance(20)) send_some();
    if (world_.chance(1) && world_.chance(10)) close(DisconnectReason::server_namespace_disconnect);
  };
  harness_.on_answer = [this](const eio::test::Harness::Answer& given) {
    const auto found = exchanges_.find(given.request);
    if (found == exchanges_.end()) return;  // refused in passes(), or lost
    const ExchangePtr exchange = found->second;
    exchanges_.erase(found);
    answer(exchange, given.status, given.body);
  };
  harness_.on_send = [this](eio::ConnectionId id, const eio::Packet& packet) {
    std::string frame;
    ws::append_frame(frame, packet.binary ? ws::Opcode::binary : ws::Opcode::text, packet.bytes.view());
    write(id, frame);
  };
  harness_.on_probe_pong = [this](eio::ConnectionId id) {
    std::string frame;
    ws::append_frame(frame, ws::Opcode::text, "3probe");
    write(id, frame);
  };
  harness_.on_close = [this](eio::ConnectionId id) { close_link(id); };
}

void ServerEnd::begin() {
  harness_.writable = false;  // drain() is ours: a connection takes so much and no more
  harness_.advance_without_timer(std::chrono::duration_cast<Milliseconds>(world_.now() - harness_.now()));
  tell();
}

void ServerEnd::tell() {
  for (const std::string& event : harness_.take_events()) {
    world_.tell("server", event);
    if (event.starts_with("ended ")) end_reason_ = event.substr(6);
  }
}

void ServerEnd::end() {
  note_upgrade(&Upgrades::dropped);
  tell();
  const eio::Session& session = harness_.session();
  if (session.poll_waiting() && session.transport() != eio::TransportKind::polling) {
    world_.fail("a poll waits though the WebSocket is the transport");
  }
  if (!flush_due_) {
    flush_due_ = true;
    world_.after(Milliseconds{0}, [this] {
      flush_due_ = false;
      begin();
      drain();
      harness_.flush();
      tell();
      arm();
    });
  }
  arm();
}

void ServerEnd::arm() {
  const TimePoint due = harness_.session().deadline();
  if (due == armed_) return;
  armed_ = due;
  ++arming_;
  if (due == kNever) return;
  const Milliseconds late{world_.chance(90) ? 0 : world_.pick(0, 10)};
  world_.at(std::max(due, world_.now()) + late, [this, arming = arming_] {
    if (arming != arming_) return;
    armed_ = kNever;
    begin();
    if (harness_.session().deadline() <= world_.now()) harness_.tick();
    note_upgrade(gone() ? &Upgrades::dropped : &Upgrades::expired);
    end();
  });
}

std::string ServerEnd::leftovers() {
  eio::Session& session = harness_.session();
  if (!gone()) return "the session never ended";
  if (armed_ != kNever || session.deadline() != kNever) return "a timer is left";
  if (session.has_packets() || session.outbox_bytes() != 0) return "packets are left in the outbox";
  if (session.upgrading() || session.poll_waiting()) return "a probe or a poll is left";
  if (!exchanges_.empty()) return "a request is left without an answer";
  if (!links_.empty()) return "a WebSocket is left open";
  if (flush_due_) return "a flush is left";
  return harness_.breach();
}

// An input has been handled: is the upgrade over by it? `otherwise`: what it counts as if it was not completed.
void ServerEnd::note_upgrade(int Upgrades::* otherwise) {
  if (probing_ == 0 || harness_.session().probe() == probing_) return;
  ++(upgrades_.*(harness_.session().connection() == probing_ ? &Upgrades::completed : otherwise));
  probing_ = 0;
}

// ---- application

bool ServerEnd::emit(const std::vector<Talk::Message>& messages, bool droppable) {
  for (const Talk::Message& message : messages) {
    const bool polling = harness_.session().transport() == eio::TransportKind::polling;
    if (const auto packet = eio::Packet{SharedBytes((message.binary ? "" : "4") + message.bytes), message.binary};
        !polling && !harness_.session().has_room(packet)) {
      drain();  // as the driver does: what the connection takes does not wait
    }
    harness_.writable = writable();
    const bool first = &message == &messages.front();
    const bool queued = harness_.send((message.binary ? "" : "4") + message.bytes, message.binary, droppable && first);
    harness_.writable = false;
    if (!queued && first) return false;
  }
  return open();
}

void ServerEnd::send_some() {
  begin();
  const int count = world_.pick(1, world_.chance(10) ? 40 : 3);
  for (int n = count; n > 0 && open(); --n) talk_.say();
  if (world_.chance(20)) talk_.say_volatile();
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
  const eio::SessionFacts session{harness_.session().transport()};
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

void ServerEnd::take_link(const SocketPtr& socket) { links_[socket->id] = std::make_shared<Link>(socket); }

void ServerEnd::websocket_opened(const SocketPtr& socket) {
  begin();
  take_link(socket);
  if (!gone() && harness_.open_probe(socket->id)) {
    ++upgrades_.begun;
    probing_ = socket->id;
  } else {
    ++upgrades_.refused;
    close_link(socket->id);
  }
  end();
}

void ServerEnd::websocket_bytes(std::uint64_t id, std::string bytes) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const std::shared_ptr<Link> link = found->second;  // it may end by what it says
  begin();
  std::span<char> input(bytes);
  while (!link->closing && take_event(id, link->decoder.next(input))) {
  }
  end();
}

// False: nothing more is to be taken now.
bool ServerEnd::take_event(std::uint64_t id, const ws::Event& event) {
  switch (event.kind) {
    case ws::EventKind::need_more:
      return false;
    case ws::EventKind::text:
    case ws::EventKind::binary:
      harness_.message(id, event.payload, event.kind == ws::EventKind::binary);
      note_upgrade(&Upgrades::dropped);
      return true;
    case ws::EventKind::ping: {
      std::string pong;
      ws::append_frame(pong, ws::Opcode::pong, event.payload);
      write(id, pong);
      harness_.control_frame(id);
      return true;
    }
    case ws::EventKind::close:
      links_.erase(id);
      harness_.lose(id);
      note_upgrade(&Upgrades::cut);
      return false;
    case ws::EventKind::pong:
    case ws::EventKind::error:
      world_.fail("the server does not understand the client's frames");
      return false;
  }
  return false;
}

void ServerEnd::write(std::uint64_t id, std::string_view bytes) {
  const auto found = links_.find(id);
  if (found == links_.end()) return world_.fail("bytes for a WebSocket that is not there");
  found->second->unsent += bytes;
  Link& link = *found->second;
  const std::size_t waiting = link.socket->down->waiting();
  const std::size_t size = std::min(link.unsent.size(), window_ > waiting ? window_ - waiting : 0);
  if (size > 0) Pipe::push(link.socket->down, std::string_view(link.unsent).substr(0, size));
  link.unsent.erase(0, size);
  if (id == harness_.session().connection()) harness_.session().set_unsent(0, link.unsent.size());
  if (!link.closing || !link.unsent.empty()) return;
  Pipe::finish(link.socket->down);
  links_.erase(found);
}

// What was written goes out first.
void ServerEnd::close_link(std::uint64_t id) {
  std::string frame;
  ws::append_close(frame, ws::CloseCode::none);
  if (const auto found = links_.find(id); found != links_.end()) found->second->closing = true;
  write(id, frame);
}

void ServerEnd::websocket_room(std::uint64_t id) {
  if (!links_.contains(id)) return;
  begin();
  write(id, {});
  end();
}

void ServerEnd::websocket_ended(std::uint64_t id, DisconnectReason reason) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const bool closing = found->second->closing;
  links_.erase(found);
  if (closing) return;
  begin();
  harness_.lose(id, reason);
  note_upgrade(&Upgrades::cut);
  end();
}

bool ServerEnd::writable() {
  const auto found = links_.find(harness_.session().connection());
  return found != links_.end() && found->second->unsent.empty();
}

void ServerEnd::drain() {
  eio::Session& session = harness_.session();
  eio::Packet packet;
  while (writable() && session.take_packet(packet)) {
    world_.tell("server", "sends " + std::string(packet.bytes.view().substr(0, 60)));
    harness_.on_send(session.connection(), packet);
  }
}

}  // namespace sio::simulation
