// Life, outbox and time of a session. Polling and WebSocket have files of their own.
#include "sio/engineio/session.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sio::eio {
namespace {

constexpr std::string_view kPing = "2";
constexpr std::size_t kFirstCapacity = 4;     // packets; most turns send fewer
constexpr std::size_t kCompactionStart = 64;  // packets taken before the vector is moved together

// One block for all sessions of the process: a ping must not cost an allocation for each of them.
const SharedBytes& ping_bytes() {
  static const SharedBytes bytes{kPing};
  return bytes;
}

bool is_ping(const Packet& packet) { return !packet.binary && packet.bytes.view() == kPing; }

// Whether the server ends the session of its own will, so that what it had to say is still to be said.
bool is_on_purpose(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::forced_close:
    case DisconnectReason::client_namespace_disconnect:
    case DisconnectReason::server_namespace_disconnect:
    case DisconnectReason::server_shutting_down:
    case DisconnectReason::connect_timeout:
      return true;
    case DisconnectReason::transport_close:
    case DisconnectReason::transport_error:
    case DisconnectReason::ping_timeout:
    case DisconnectReason::parse_error:
    case DisconnectReason::slow_consumer:
    case DisconnectReason::overlapping_request:
    case DisconnectReason::flood:
      return false;
  }
  return false;
}

}  // namespace

Session::Session(const Config& config, TransportKind transport, ConnectionId connection, TimePoint now)
    : config_(&config), connection_(connection), due_(now + config.ping_interval), transport_(transport) {}

// ---- outbox

std::size_t Session::wire_size(const Packet& packet) const {
  return transport_ == TransportKind::polling ? polling_size(packet) : packet.bytes.size();
}

bool Session::send(Packet packet, bool writable, TimePoint /*now*/, Actions& out) {
  if (!open()) return false;
  if (packet.droppable) {
    const bool room = poll_ != 0 && outbox_.size() - head_ < config_->poll_packets_max;
    if (!(transport_ == TransportKind::polling ? room : writable)) return false;
  }
  if (!has_room(packet)) {
    end(DisconnectReason::slow_consumer, out);
    return false;
  }
  push(std::move(packet));
  return true;
}

bool Session::has_room(const Packet& packet) const {
  return waiting_packets() < packets_allowed_ && waiting_bytes() + wire_size(packet) <= config_->outbox_bytes_max;
}

void Session::set_unsent(std::size_t packets, std::size_t bytes) {
  unsent_packets_ = static_cast<std::uint32_t>(packets);
  unsent_bytes_ = static_cast<std::uint32_t>(bytes);
}

// At the end of a turn: what waits now, at the bound or beyond it, may wait until less does; more may not.
void Session::settle_burst() {
  const std::size_t waiting = waiting_packets();
  if (waiting < config_->outbox_packets_max) {
    packets_allowed_ = kAnyNumber;
  } else if (packets_allowed_ == kAnyNumber) {
    packets_allowed_ = static_cast<std::uint32_t>(waiting);
  }
}

void Session::push(Packet packet) {
  if (outbox_.capacity() == 0) outbox_.reserve(kFirstCapacity);
  outbox_bytes_ += wire_size(packet);
  outbox_.push_back(std::move(packet));
}

Packet Session::pop() {
  Packet packet = std::move(outbox_[head_]);
  ++head_;
  outbox_bytes_ -= wire_size(packet);
  if (heartbeat_ == Heartbeat::ping_queued && is_ping(packet)) heartbeat_ = Heartbeat::ping_sent;
  if (head_ == outbox_.size()) {
    clear_outbox();
  } else if (head_ >= kCompactionStart && head_ * std::size_t{2} >= outbox_.size()) {
    // As many packets move as were taken since the last time at least: constant cost for each.
    outbox_.erase(outbox_.begin(), std::next(outbox_.begin(), static_cast<std::ptrdiff_t>(head_)));
    head_ = 0;
  }
  return packet;
}

void Session::clear_outbox() {
  std::vector<Packet>().swap(outbox_);
  head_ = 0;
  outbox_bytes_ = 0;
}

bool Session::take_packet(Packet& packet) {
  if (transport_ != TransportKind::websocket || !has_packets()) return false;
  packet = pop();
  return true;
}

// ---- the end

void Session::close(DisconnectReason reason, TimePoint now, Actions& out) {
  if (!open()) return;
  if (!is_on_purpose(reason)) {
    end(reason, out);
    return;
  }
  out.push_back({.kind = ActionKind::ended, .reason = reason});
  // A client that may have got its `3probe` polls no more, and its `5` may be on the way: what is left is told it
  // there.
  if (!probe_answered_) drop_probe(out);
  if (post_complete_) answer_post(200, out);
  if (transport_ == TransportKind::websocket) {
    leave_by_websocket(out);
    return;
  }
  start_closing(now + config_->closing_grace, State::closing);
  if (poll_ != 0) answer_closing_poll(std::exchange(poll_, 0), out);
}

// The packets that are left go out before the connection is closed. An error to a POST that the upgrade left under way
// could overtake them.
void Session::leave_by_websocket(Actions& out) {
  if (post_ != 0) answer_post(200, out);
  become_gone(out);
}

void Session::start_closing(TimePoint due, State state) {
  state_ = state;
  due_ = due;
  heartbeat_ = Heartbeat::idle;
}

// A fault: nothing lingers.
void Session::end(DisconnectReason reason, Actions& out) {
  if (!open()) return;
  if (poll_ != 0) answer_poll("1", out);
  out.push_back({.kind = ActionKind::ended, .reason = reason});
  clear_outbox();
  become_gone(out);
}

void Session::close_by_client(TimePoint now, Actions& out) {
  const bool poll_waited = poll_ != 0;
  if (poll_waited) answer_poll("6", out);
  out.push_back({.kind = ActionKind::ended, .reason = DisconnectReason::transport_close});
  clear_outbox();
  drop_probe(out);
  if (post_complete_) answer_post(200, out);
  if (poll_waited || transport_ == TransportKind::websocket) {
    become_gone(out);
  } else {
    start_closing(now + config_->client_close_grace, State::leaving);
  }
}

// The packets stay where they are: those of a WebSocket are taken when close_connection is carried out.
void Session::become_gone(Actions& out) {
  drop_probe(out);
  if (post_ != 0) answer_post(400, out);
  if (connection_ != 0) out.push_back({.kind = ActionKind::close_connection, .id = connection_});
  state_ = State::gone;
  out.push_back({.kind = ActionKind::gone});
}

// The POST that a drained session waited for has its answer, or is lost.
void Session::leave_drained(Actions& out) {
  if (state_ == State::drained && post_ == 0) become_gone(out);
}

// ---- time

TimePoint Session::deadline() const {
  if (gone()) return kNever;
  return probe_ == 0 ? due_ : std::min(due_, probe_due_);
}

bool Session::expired(TimePoint now) const {
  return !gone() && now >= due_ && (!open() || heartbeat_ != Heartbeat::idle);
}

void Session::on_timer(TimePoint now, Actions& out) {
  if (gone()) return;
  if (expired(now)) {
    if (open()) {
      end(DisconnectReason::ping_timeout, out);
    } else {
      clear_outbox();
      become_gone(out);
    }
    return;
  }
  if (probe_ != 0 && now >= probe_due_) drop_probe(out);
  if (!open() || now < due_) return;
  // No bound stops a ping: there is one at most, and it must go out for the session to live.
  push(Packet{ping_bytes()});
  heartbeat_ = Heartbeat::ping_queued;
  // The timeout counts from when the ping was due, so that timers that are a little late do not add up; but a client
  // keeps nine tenths of it after a long turn.
  due_ = std::max(due_ + config_->ping_timeout, now + config_->ping_timeout * 9 / 10);
}

void Session::on_pong(TimePoint now, Actions& out) {
  if (heartbeat_ != Heartbeat::ping_sent) {
    count_control_packet(now, out);
    return;
  }
  heartbeat_ = Heartbeat::idle;
  due_ = now + config_->ping_interval;
}

void Session::count_control_packet(TimePoint now, Actions& out) {
  if (control_packets_ == 0 || now - control_since_ >= std::chrono::seconds{1}) {
    control_since_ = now;
    control_packets_ = 0;
  }
  if (++control_packets_ > config_->control_packets_per_second_max) end(DisconnectReason::flood, out);
}

void Session::count_packet(TimePoint now, Actions& out) {
  if (config_->packets_per_second_max == 0) return;
  constexpr auto kSecond = std::chrono::seconds{1};
  if (second_packets_ == 0 || now - second_since_ >= kSecond) {
    const bool full = second_packets_ > config_->packets_per_second_max;
    const bool next = second_packets_ != 0 && now - second_since_ < 2 * kSecond;
    full_seconds_ = full && next ? full_seconds_ + 1 : 0;
    second_since_ = next ? second_since_ + kSecond : now;
    second_packets_ = 0;
  }
  ++second_packets_;
  if (second_packets_ > config_->packets_per_second_max && full_seconds_ + 1 >= config_->flood_seconds) {
    end(DisconnectReason::flood, out);
  }
}

}  // namespace sio::eio
