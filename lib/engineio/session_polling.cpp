// The polling side of a session: waiting polls, POSTs, and the packets in them.
#include <algorithm>
#include <utility>

#include "sio/base/utf8.hpp"
#include "sio/engineio/session.hpp"

namespace sio::eio {
namespace {

void refuse(RequestId request, RequestError error, Actions& out) {
  out.push_back({.kind = ActionKind::answer, .id = request, .status = http_status(error), .body = error_body(error)});
}

void refuse_without_body(RequestId request, Actions& out) {
  out.push_back({.kind = ActionKind::answer, .id = request, .status = 400, .body = {}});
}

}  // namespace

// ---- polls

void Session::answer_poll(std::string body, Actions& out) {
  out.push_back({.kind = ActionKind::answer, .id = std::exchange(poll_, 0), .body = std::move(body)});
}

// The next packets, at most poll_packets_max, as one body; tells how many.
std::string Session::pop_poll_body(std::size_t& packets) {
  packets = std::min(outbox_.size() - head_, config_->poll_packets_max);
  std::size_t size = packets;  // the separators
  for (std::size_t i = head_; i < head_ + packets; ++i) size += polling_size(outbox_[i]);
  std::string body;
  body.reserve(size);
  for (std::size_t i = 0; i < packets; ++i) {
    if (i > 0) body.push_back(kRecordSeparator);
    append_polling(body, pop());
  }
  return body;
}

void Session::flush(TimePoint /*now*/, Actions& out) {
  answer_waiting_poll(out);
  if (open()) settle_burst();
}

void Session::answer_waiting_poll(Actions& out) {
  if (poll_ == 0) return;
  if (has_packets()) {
    std::size_t packets = 0;
    answer_poll(pop_poll_body(packets), out);
  } else if (probe_answered_) {
    answer_poll("6", out);
  }
}

// A poll after (or at) the end by the server: what is left, and once nothing is, `1`. Never both in one body:
// socket.io-client 4.5 and later decode packets one tick after the body was taken apart, so a `41` before a `1` comes
// too late: the client takes it for a broken connection, and comes back.
void Session::answer_closing_poll(RequestId request, Actions& out) {
  if (has_packets()) {
    std::size_t packets = 0;
    out.push_back({.kind = ActionKind::answer, .id = request, .body = pop_poll_body(packets)});
    return;
  }
  out.push_back({.kind = ActionKind::answer, .id = request, .body = "1"});
  drop_probe(out);
  state_ = State::drained;
  leave_drained(out);
}

void Session::on_poll(RequestId request, TimePoint now, Actions& out) {
  if (gone() || state_ == State::drained || expired(now)) {
    refuse(request, RequestError::session_unknown, out);
    on_timer(now, out);
    return;
  }
  if (state_ == State::closing) {
    answer_closing_poll(request, out);
    return;
  }
  if (state_ == State::leaving) {
    out.push_back({.kind = ActionKind::answer, .id = request, .body = "6"});
    become_gone(out);
    return;
  }
  if (transport_ != TransportKind::polling) {
    refuse(request, RequestError::bad_request, out);
    return;
  }
  answer_waiting_poll(out);  // a poll that has its answer already does not overlap, though the turn has not ended
  if (poll_ != 0) {
    refuse_without_body(request, out);
    end(DisconnectReason::overlapping_request, out);
    return;
  }
  poll_ = request;
}

void Session::on_poll_aborted(RequestId request, TimePoint /*now*/, Actions& out) {
  if (poll_ == 0 || request != poll_) return;
  poll_ = 0;
  end(DisconnectReason::transport_close, out);
}

// ---- POSTs

void Session::answer_post(int status, Actions& out) {
  post_complete_ = false;
  post_body_ = PayloadReader{{}};
  out.push_back(
      {.kind = ActionKind::answer, .id = std::exchange(post_, 0), .status = status, .body = status == 200 ? "ok" : ""});
}

bool Session::on_post_begun(RequestId request, bool octet_stream, TimePoint /*now*/, Actions& out) {
  if (state_ == State::gone || state_ == State::drained || state_ == State::leaving) {
    refuse(request, RequestError::session_unknown, out);
    return false;
  }
  if (open() && transport_ != TransportKind::polling) {
    refuse(request, RequestError::bad_request, out);
    return false;
  }
  if (post_ != 0 || octet_stream) {
    refuse_without_body(request, out);
    end(post_ != 0 ? DisconnectReason::overlapping_request : DisconnectReason::parse_error, out);
    return false;
  }
  post_ = request;
  return true;
}

void Session::on_post_too_large(RequestId request, Actions& out) {
  if (post_ == 0 || request != post_) return;
  answer_post(413, out);
  leave_drained(out);
}

void Session::on_post_aborted(RequestId request, TimePoint /*now*/, Actions& out) {
  if (post_ == 0 || request != post_) return;
  post_ = 0;
  post_complete_ = false;
  end(DisconnectReason::transport_close, out);
  leave_drained(out);
}

void Session::on_post_body(RequestId request, std::string_view body) {
  if (post_ == 0 || request != post_) return;
  post_body_ = PayloadReader{body};
  post_complete_ = true;
  post_counted_ = false;
}

Incoming Session::next_from_post(std::string& scratch, TimePoint now, Actions& out) {
  if (post_complete_ && !post_counted_) {
    // Counted before anything is handled: a flood must cost no more than a look at its bytes.
    post_counted_ = true;
    if (open() && post_body_.left() > config_->payload_packets_max) end(DisconnectReason::flood, out);
  }
  while (post_complete_) {
    const auto packet = open() ? post_body_.next() : std::nullopt;
    if (!packet) {
      answer_post(200, out);
      leave_drained(out);
      break;
    }
    count_packet(now, out);
    if (!open()) continue;  // it was one too many, and has its answer
    if (packet->starts_with('b')) {
      if (base64_decode_into(packet->substr(1), scratch)) return {Incoming::Kind::binary, scratch};
      end(DisconnectReason::parse_error, out);
    } else if (packet->starts_with('4') && !is_utf8(*packet)) {
      end(DisconnectReason::parse_error, out);
    } else if (const Incoming incoming = on_packet(*packet, now, out); incoming.kind != Incoming::Kind::none) {
      return incoming;
    }
  }
  return {};
}

// A text packet after the handshake, over either transport. May end the session.
Incoming Session::on_packet(std::string_view packet, TimePoint now, Actions& out) {
  switch (packet.empty() ? '\0' : packet.front()) {
    case '4':
      return {Incoming::Kind::text, packet.substr(1)};
    case '3':
      on_pong(now, out);
      break;
    case '1':
      close_by_client(now, out);
      break;
    case '0':
    case '5':
    case '6':
      count_control_packet(now, out);
      break;
    default:  // `2` too: the heartbeat's direction is the server's
      end(DisconnectReason::parse_error, out);
  }
  return {};
}

}  // namespace sio::eio
