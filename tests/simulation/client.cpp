#include "client.hpp"

#include <utility>

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
  for (int i = 0; i < habits_.strangers; ++i) {
    world_.after(Milliseconds{world_.pick(0, 3'000)}, [this] { send_stranger(); });
  }
  if (websocket) {
    socket_ = websocket;
    switched_ = true;
  } else if (habits_.flavor == Flavor::python) {
    begin_probe();
  } else {
    poll();
    if (habits_.flavor != Flavor::polling) {
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
    // Or it came after this client's own hasty `5`.
    if (exchange->refused && (poll_ || switched_)) lost_something_ = true;
    if (open_ && status != 200) stop();
    flush();
  } else if (exchange == poll_) {
    poll_ = nullptr;
    if (open_ && status != 200 && !switched_) stop();  // after a hasty `5` its last poll may come too late
    eio::PayloadReader reader(body);
    while (const auto packet = open_ && status == 200 ? reader.next() : std::nullopt) {
      if (!packet->starts_with('b')) {
        on_packet(*packet, false);
      } else if (const auto bytes = eio::base64_decode(packet->substr(1))) {
        on_packet(*bytes, true);
      } else {
        world_.fail("the client got broken base64");
      }
    }
    take_held();
    if (eio::PayloadReader::count(body) > config_.poll_packets_max) world_.fail("the client got too many packets");
    poll_later();
  }
  finish_upgrade();
}

// ---- packets

void Client::send_some() {
  for (int n = world_.pick(1, 4); n > 0 && open_; --n) talk_.say();
  if (open_ && world_.chance(20)) talk_.say_volatile();
}

bool Client::emit(const std::vector<Talk::Message>& messages, bool droppable) {
  if (!open_ || (droppable && (post_ || pausing_ || !buffer_.empty()))) return false;
  for (const Talk::Message& message : messages) buffer_.push_back((message.binary ? "b" : "4") + message.bytes);
  flush();
  return true;
}

void Client::write(std::string packet) {
  buffer_.push_back(std::move(packet));
  flush();
}

void Client::flush() {
  if (!open_ || pausing_ || buffer_.empty()) return;
  if (switched_ && post_) return;  // a hasty client: what its last POST says comes first
  if (switched_) {
    for (const std::string& packet : std::exchange(buffer_, {})) {
      const bool binary = packet.front() == 'b';
      send(socket_, binary ? std::string_view(packet).substr(1) : packet, binary);
    }
  } else if (!post_ && !(habits_.flavor == Flavor::python && socket_)) {
    post_some();
  }
}

void Client::post_some() {
  std::size_t count = buffer_.size();
  if (world_.chance(habits_.split_percent)) count = static_cast<std::size_t>(world_.pick(1, static_cast<int>(count)));
  std::string body;
  for (std::size_t i = 0; i < count; ++i) body += (i == 0 ? "" : "\x1e") + polling_form(buffer_[i]);
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  post_ = begin_exchange(true, body);
}

void Client::on_packet(std::string_view packet, bool binary) {
  if (binary || packet.starts_with('4')) {
    talk_.hear(binary ? packet : packet.substr(1), binary);
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

// ---- the end

void Client::leave() {
  if (!open_) return;
  if (!switched_ && socket_) {
    pausing_ = false;
    close(socket_);
    socket_ = nullptr;
  }
  write("1");
  if (switched_) close(socket_);
  open_ = !buffer_.empty();  // a POST is under way: the `1` goes with the next
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
  if (socket_ && !socket_->broken) close(socket_);
  for (const ExchangePtr& exchange : {std::exchange(poll_, nullptr), std::exchange(post_, nullptr)}) {
    if (!exchange) continue;
    exchange->broken = true;
    world_.after(world_.latency(), [this, exchange] { server_.exchange_lost(exchange); });
  }
}

}  // namespace sio::simulation
