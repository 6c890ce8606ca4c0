#include "client.hpp"

#include "server_end.hpp"
#include "sio/engineio/packet.hpp"

namespace sio::simulation {
namespace {

std::string polling_form(const std::string& packet) {
  if (packet.front() != 'b') return packet;
  std::string text = "b";
  eio::base64_append(text, std::string_view(packet).substr(1));
  return text;
}

}  // namespace

void Client::start(const SocketPtr& websocket) {
  open_ = true;
  on_ping();
  if (websocket) {
    socket_ = websocket;
    switched_ = true;
  } else if (habits_.flavor == Flavor::python) {
    begin_probe();
  } else {
    poll();
    if (habits_.flavor == Flavor::javascript) {
      world_.after(Milliseconds{world_.pick(0, 300)}, [this] { begin_probe(); });
    }
  }
}

// ---- HTTP

ExchangePtr Client::begin_exchange(bool is_post, std::string body) {
  auto exchange = std::make_shared<Exchange>(Exchange{++ids_, is_post, std::move(body)});
  const Milliseconds arrival = world_.latency();
  world_.after(arrival, [this, exchange] {
    if (exchange->broken) return;
    exchange->is_post ? server_.post_head(exchange) : server_.get(exchange);
  });
  if (is_post) {
    world_.after(arrival + Milliseconds{1} + world_.latency(), [this, exchange] {
      if (!exchange->broken) server_.post_body(exchange);
    });
  }
  if (world_.chance(habits_.cut_percent)) {
    world_.after(Milliseconds{world_.pick(0, 60)}, [this, exchange] { break_exchange(exchange); });
  }
  return exchange;
}

void Client::break_exchange(const ExchangePtr& exchange) {
  if (exchange != poll_ && exchange != post_) return;  // it has its answer
  exchange->broken = true;
  lost_something_ = true;
  world_.after(world_.latency(), [this, exchange] { server_.exchange_lost(exchange); });
  world_.after(world_.latency(), [this] { stop(); });
}

void Client::poll() {
  if (!open_ || pausing_ || switched_ || poll_) return;
  poll_ = begin_exchange(false, "");
}

void Client::poll_later() {
  const Milliseconds pause{world_.chance(habits_.slow_poll_percent) ? world_.pick(1, 150) : 0};
  world_.after(pause, [this] { poll(); });
}

void Client::on_answer(const ExchangePtr& exchange, int status, const std::string& body) {
  world_.tell("client", "got answer " + std::to_string(exchange->id) + ' ' + std::to_string(status));
  if (exchange == post_) {
    post_ = nullptr;
    // It crossed the end of the session, and its answer overtook that of the poll, which would have told.
    if (exchange->refused && poll_) lost_something_ = true;
    if (open_ && status != 200) stop();
    flush();
  } else if (exchange == poll_) {
    poll_ = nullptr;
    if (open_ && status != 200) stop();
    eio::PayloadReader reader(body);
    while (const auto packet = open_ ? reader.next() : std::nullopt) {
      if (!packet->starts_with('b')) {
        on_packet(*packet, false);
      } else if (const auto bytes = eio::base64_decode(packet->substr(1))) {
        on_packet(*bytes, true);
      } else {
        world_.fail("the client got broken base64");
      }
    }
    if (eio::PayloadReader::count(body) > config_.poll_packets_max) world_.fail("the client got too many packets");
    poll_later();
  }
  finish_upgrade();
}

// ---- packets

void Client::send_some() {
  for (int n = world_.pick(1, 4); n > 0 && open_; --n) {
    write((sent_.binary() ? "b" : "4") + sent_.text());
    sent_.next();
  }
}

void Client::write(std::string packet) {
  buffer_.push_back(std::move(packet));
  flush();
}

void Client::flush() {
  if (!open_ || pausing_ || buffer_.empty()) return;
  if (switched_) {
    for (const std::string& packet : buffer_) {
      const bool binary = packet.front() == 'b';
      Pipe::push(socket_->up, {binary ? packet.substr(1) : packet, binary});
    }
    buffer_.clear();
  } else if (!post_ && !(habits_.flavor == Flavor::python && socket_)) {
    std::string body;
    for (const std::string& packet : buffer_) body += (body.empty() ? "" : "\x1e") + polling_form(packet);
    buffer_.clear();
    post_ = begin_exchange(true, body);
  }
}

void Client::on_packet(std::string_view packet, bool binary) {
  if (binary || packet.starts_with('4')) {
    const std::string_view data = binary ? packet : packet.substr(1);
    if (!received_.take(data, binary)) {
      world_.fail("the client got " + std::string(data) + " instead of " + received_.text());
    }
  } else if (packet == "2") {
    on_ping();
    write("3");
  } else if (packet == "1") {
    stop();
  } else if (packet != "6") {
    world_.fail("the client got a packet of no use: " + std::string(packet));
  }
}

void Client::on_ping() {
  world_.after(config_.ping_interval + config_.ping_timeout, [this, pings = ++pings_] {
    if (pings != pings_ || !open_) return;
    lost_something_ = true;  // it gives up: nothing is to be demanded any more
    stop();
  });
}

// ---- WebSocket

SocketPtr Client::make_socket() {
  auto socket = std::make_shared<Socket>(Socket{1'000 + ++ids_});
  const std::weak_ptr<Socket> weak = socket;  // the pipes belong to the socket
  socket->up = std::make_shared<Pipe>(
      world_, [this, id = socket->id](const Pipe::Message& message) { server_.websocket_message(id, message); });
  socket->down = std::make_shared<Pipe>(world_, [this, weak](const Pipe::Message& message) {
    if (const SocketPtr locked = weak.lock()) on_socket_message(locked, message);
  });
  if (world_.chance(habits_.cut_percent)) {
    world_.after(Milliseconds{world_.pick(0, 1'500)}, [this, socket] { break_socket(socket); });
  }
  return socket;
}

void Client::break_socket(const SocketPtr& socket) {
  if (socket->broken) return;
  socket->broken = true;
  socket->up->cut();
  socket->down->cut();
  if (switched_ && socket == socket_) lost_something_ = true;
  world_.after(world_.latency(), [this, socket] { server_.websocket_lost(socket->id); });
  world_.after(world_.latency(), [this, socket] { on_socket_gone(socket); });
}

void Client::begin_probe() {
  if (!open_ || socket_ || switched_) return;
  socket_ = make_socket();
  const bool silent = !probed_ && habits_.abandons == Abandons::opened_probe;
  probed_ = true;
  world_.after(world_.latency(), [this, socket = socket_, silent] {
    if (socket->broken) return;
    server_.websocket_opened(socket);
    if (!silent) Pipe::push(socket->up, {"2probe"});
  });
}

void Client::on_socket_message(const SocketPtr& socket, const Pipe::Message& message) {
  if (message.close) {
    socket->broken = true;
    on_socket_gone(socket);
  } else if (!open_ || socket != socket_) {
    return;
  } else if (switched_) {
    on_packet(message.data, message.binary);
  } else if (message.binary || message.data != "3probe") {
    world_.fail("a probe got " + message.data);
  } else if (habits_.abandons == Abandons::answered_probe) {
    habits_.abandons = Abandons::nothing;  // only the first: polls on until the server gives the probe up
  } else {
    pausing_ = true;
    finish_upgrade();
  }
}

// Its own probe failed: polls on, and perhaps tries again. Its transport: over.
void Client::on_socket_gone(const SocketPtr& socket) {
  if (socket != socket_) return;
  world_.tell("client", "has lost its socket");
  if (switched_) {
    stop();
    return;
  }
  socket_ = nullptr;
  pausing_ = false;
  poll();
  flush();
  if (habits_.retries > 0) {
    --habits_.retries;
    world_.after(Milliseconds{world_.pick(0, 200)}, [this] { begin_probe(); });
  }
}

void Client::finish_upgrade() {
  if (!open_ || !pausing_ || poll_ || post_) return;
  pausing_ = false;
  switched_ = true;
  world_.tell("client", "upgrades");
  Pipe::push(socket_->up, {"5"});
  flush();
}

// ---- the end

void Client::leave() {
  if (!open_) return;
  if (!switched_ && socket_) {
    pausing_ = false;
    Pipe::push(socket_->up, {.close = true});
    socket_ = nullptr;
  }
  write("1");
  if (switched_) Pipe::push(socket_->up, {.close = true});
  open_ = buffer_.empty() ? false : open_;  // a POST is under way: the `1` goes with the next
}

void Client::vanish(bool noisy) {
  if (noisy) {
    stop();
    return;
  }
  open_ = false;
  lost_something_ = true;
}

void Client::stop() {
  if (!open_) return;
  world_.tell("client", "stops");
  open_ = false;
  if (socket_ && !socket_->broken) Pipe::push(socket_->up, {.close = true});
  for (const ExchangePtr& exchange : {poll_, post_}) {
    if (!exchange) continue;
    exchange->broken = true;
    world_.after(world_.latency(), [this, exchange] { server_.exchange_lost(exchange); });
  }
}

}  // namespace sio::simulation
