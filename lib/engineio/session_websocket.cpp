// The WebSocket side of a session, and the upgrade from polling to it.
#include <utility>

#include "sio/engineio/session.hpp"

namespace sio::eio {

bool Session::on_probe_opened(ConnectionId connection, TimePoint now, Actions& /*out*/) {
  if (!open() || !config_->allow_upgrade || transport_ != TransportKind::polling || probe_ != 0) return false;
  probe_ = connection;
  probe_due_ = now + config_->upgrade_timeout;
  return true;
}

Incoming Session::on_websocket_message(ConnectionId connection, bool binary, std::string_view data, TimePoint now,
                                       Actions& out) {
  if (connection == 0 || !(open() || state_ == State::closing)) return {};
  if (connection == probe_) {
    on_probe_message(binary, data, out);
    return {};
  }
  if (connection != connection_) return {};
  count_packet(now, out);
  if (!open()) return {};
  if (binary) return {Incoming::Kind::binary, data};
  return on_packet(data, now, out);
}

void Session::on_probe_message(bool binary, std::string_view data, Actions& out) {
  if (!binary && !probe_answered_ && data == "2probe") {
    probe_answered_ = true;
    out.push_back({.kind = ActionKind::probe_pong, .id = probe_});
  } else if (!binary && probe_answered_ && data.starts_with('5')) {
    if (open()) {
      switch_transport(out);
    } else {  // the `5` crossed the end by the server
      take_probe();
      leave_by_websocket(out);
    }
  } else {
    drop_probe(out);
  }
}

void Session::switch_transport(Actions& out) {
  if (poll_ != 0) answer_poll("6", out);
  take_probe();
  out.push_back({.kind = ActionKind::switched, .id = connection_});
}

void Session::take_probe() {
  connection_ = std::exchange(probe_, 0);
  probe_answered_ = false;
  transport_ = TransportKind::websocket;
  set_unsent(0, 0);
  // The packets kept their places; only what they take on the wire has changed.
  outbox_bytes_ = 0;
  for (std::size_t i = head_; i < outbox_.size(); ++i) outbox_bytes_ += wire_size(outbox_[i]);
}

void Session::drop_probe(Actions& out) {
  probe_answered_ = false;
  if (probe_ != 0) out.push_back({.kind = ActionKind::close_connection, .id = std::exchange(probe_, 0)});
}

void Session::on_control_frame(ConnectionId connection, TimePoint now, Actions& out) {
  if (!open() || connection == 0) return;
  if (connection != connection_ && connection != probe_) return;
  count_packet(now, out);
  if (open()) count_control_packet(now, out);
}

void Session::on_websocket_closed(ConnectionId connection, DisconnectReason reason, TimePoint /*now*/, Actions& out) {
  if (connection == 0) return;
  if (connection == probe_) {
    probe_ = 0;
    probe_answered_ = false;
  } else if (connection == connection_ && open()) {
    connection_ = 0;
    end(reason, out);
  }
}

}  // namespace sio::eio
