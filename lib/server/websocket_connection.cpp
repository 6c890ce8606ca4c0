#include "websocket_connection.hpp"

#include <utility>

#include "core.hpp"
#include "engine_session.hpp"

namespace sio {

namespace {

constexpr Milliseconds kCloseTime{3'000};  // for a step of the closing handshake
constexpr std::size_t kWriteBytes = 128 * 1024;
constexpr std::size_t kPongBytesMax = 8 * 1024;       // pongs that may wait for a peer that does not read
constexpr std::size_t kSlowRestBytesMax = 16 * 1024;  // of a frame, kept so that its close frame can follow

}  // namespace

WebSocketConnection::WebSocketConnection(ShardState& state, rt::Stream::Ptr stream, const ws::Limits& limits,
                                         std::unique_ptr<ws::Deflate> deflate)
    : Connection(state, std::move(stream)), decoder_(limits, std::move(deflate)) {}

WebSocketConnection& WebSocketConnection::open(ShardState& state, rt::Stream::Ptr stream, const ws::Limits& limits,
                                               std::unique_ptr<ws::Deflate> deflate) {
  return enter(std::make_unique<WebSocketConnection>(state, std::move(stream), limits, std::move(deflate)));
}

void WebSocketConnection::begin(std::string received) {
  stream_->set_handler(this);
  stream_->start();
  if (!received.empty()) on_data(received);
}

void WebSocketConnection::on_data(std::span<char> bytes) {
  if (phase_ == Phase::closed) return;
  bool deadline_runs = decoder_.mid_message();
  for (;;) {
    const ws::Event event = decoder_.next(bytes);
    if (event.kind == ws::EventKind::need_more) break;
    // A message that has ended takes its deadline with it; the next one has its own.
    if (deadline_runs && (event.kind == ws::EventKind::text || event.kind == ws::EventKind::binary)) {
      deadline_runs = false;
      arm(kNever);
    }
    if (!on_event(event)) return;
  }
  if (phase_ == Phase::open && !deadline_runs && decoder_.mid_message())
    arm(state_.shard.now() + decoder_.limits().message_time);
}

bool WebSocketConnection::on_event(const ws::Event& event) {
  switch (event.kind) {
    case ws::EventKind::text:
    case ws::EventKind::binary:
      if (phase_ == Phase::open && session_ != nullptr) {
        session_->websocket_message(*this, event.kind == ws::EventKind::binary, event.payload);
      }
      return !retired() && phase_ != Phase::closed;
    case ws::EventKind::ping: {
      if (phase_ == Phase::open && unsent_bytes() <= kPongBytesMax) {  // above it a newer ping gets its answer instead
        std::string pong;
        ws::append_frame(pong, ws::Opcode::pong, event.payload);
        write(pong);
      }
      return !retired() && count_control_frame();
    }
    case ws::EventKind::pong:
      return count_control_frame();
    case ws::EventKind::close:
      answer_close(event.code);
      return false;
    case ws::EventKind::error:
      fail(event.code);
      return false;
    case ws::EventKind::need_more:
      return true;
  }
  return true;
}

// What its messages were answered with comes before the answer to its close.
void WebSocketConnection::answer_close(ws::CloseCode code) {
  peer_closed_ = true;
  if (phase_ != Phase::open) {
    if (!unsent_) finish_close();  // else on_writable() does, or the timer
    return;
  }
  std::string last;
  append_outbox(last);
  ws::append_close(last, code);
  phase_ = Phase::closing;
  if (session_ != nullptr) std::exchange(session_, nullptr)->websocket_closed(*this, DisconnectReason::transport_close);
  if (retired()) return;
  write(last);
  if (retired()) return;
  if (!unsent_) return finish_close();
  arm(state_.shard.now() + kCloseTime);
}

bool WebSocketConnection::count_control_frame() {
  if (session_ != nullptr) session_->websocket_control_frame(*this);
  return !retired() && phase_ != Phase::closed;
}

void WebSocketConnection::fail(ws::CloseCode code) {
  if (phase_ == Phase::open) flush();  // what was said to messages before the fault
  if (retired()) return;
  if (phase_ != Phase::open) return finish_close();
  if (session_ != nullptr) std::exchange(session_, nullptr)->websocket_closed(*this, DisconnectReason::transport_error);
  close(code);
}

void WebSocketConnection::send_text(std::string_view text) {
  std::string frame;
  ws::append_frame(frame, ws::Opcode::text, text);
  write(frame);
}

void WebSocketConnection::flush() {
  std::string& buffer = state_.shard.scratch();
  eio::Packet packet;
  while (writable() && session_ != nullptr) {
    buffer.clear();
    while (buffer.size() < kWriteBytes && session_->take_packet(packet)) {
      append(buffer, packet);
    }
    if (buffer.empty()) return;
    write(buffer);
    if (retired()) return;
  }
}

void WebSocketConnection::append(std::string& out, const eio::Packet& packet) {
  const ws::Opcode opcode = packet.binary ? ws::Opcode::binary : ws::Opcode::text;
  if (decoder_.deflate() != nullptr) return append_compressed(out, opcode, packet);
  ws::append_frame(out, opcode, packet.bytes.view());
}

void WebSocketConnection::append_outbox(std::string& out) {
  eio::Packet packet;
  while (session_ != nullptr && session_->take_packet(packet)) append(out, packet);
}

// What was compressed for others of this turn too is forgotten at its end, when all of them have written.
void WebSocketConnection::append_compressed(std::string& out, ws::Opcode opcode, const eio::Packet& packet) {
  ws::Deflate& deflate = *decoder_.deflate();
  deflate.append_message(out, opcode, packet.bytes);
  ws::DeflateEngine& engine = deflate.engine();
  if (engine.take_forget_duty()) state_.shard.defer([&engine] { engine.forget_shared(); });
}

// Order is kept: while something is unsent, everything is appended to it.
void WebSocketConnection::write(std::string_view bytes) {
  if (unsent_) {
    unsent_->append(bytes);
    return tell_unsent(false);
  }
  const auto written = stream_->write(bytes);
  if (written < 0) return lost(false);
  if (static_cast<std::size_t>(written) == bytes.size()) return;
  unsent_ = std::make_unique<UnsentFrames>();
  unsent_->hold(bytes, static_cast<std::size_t>(written));
  tell_unsent(written > 0);
}

// It waits for the client: the session counts it with its own, or nobody does.
void WebSocketConnection::tell_unsent(bool moved) {
  if (session_ == nullptr) return count_waiting(unsent_bytes(), moved);
  session_->websocket_unsent(*this, unsent_ ? unsent_->messages() : 0, unsent_bytes(), moved);
}

void WebSocketConnection::on_writable() {
  if (!unsent_) return;
  const auto written = stream_->write(unsent_->bytes());
  if (written < 0) return lost(false);
  unsent_->take(static_cast<std::size_t>(written));
  if (unsent_->empty()) unsent_.reset();
  tell_unsent(written > 0);
  if (unsent_) {
    if (phase_ == Phase::closing) arm(state_.shard.now() + kCloseTime);  // it still takes what was sent before
    return;
  }
  if (phase_ == Phase::closing) return peer_closed_ ? finish_close() : stream_->shutdown_write();
  if (phase_ == Phase::open && session_ != nullptr) session_->websocket_writable();
}

void WebSocketConnection::close(ws::CloseCode code) {
  if (phase_ != Phase::open || retired()) return;
  // All that the session still has goes out before the close frame; its bound is the outbox's.
  std::string last;
  append_outbox(last);
  ws::append_close(last, code);
  session_ = nullptr;
  phase_ = Phase::closing;
  write(last);
  if (retired()) return;
  if (!unsent_) stream_->shutdown_write();
  arm(state_.shard.now() + kCloseTime);
}

void WebSocketConnection::close_slow() {
  if (phase_ != Phase::open || retired()) return;
  slow_ = true;
  session_ = nullptr;
  if (unsent_) unsent_->keep_begun_frame();
  if (unsent_ && unsent_->empty()) unsent_.reset();
  unsent_bytes() > kSlowRestBytesMax ? end_stalled() : close(ws::CloseCode::none);
}

void WebSocketConnection::finish_close() {
  phase_ = Phase::closed;
  retire();
}

void WebSocketConnection::lost(bool orderly) {
  phase_ = Phase::closed;
  if (session_ != nullptr) {
    std::exchange(session_, nullptr)
        ->websocket_closed(*this, orderly ? DisconnectReason::transport_close : DisconnectReason::transport_error);
  }
  retire();
}

void WebSocketConnection::on_end(bool orderly) { lost(orderly); }

void WebSocketConnection::on_timer(TimePoint) {
  if (phase_ == Phase::open) return fail(ws::CloseCode::policy_violation);
  slow_ ? end_stalled() : retire();
}

}  // namespace sio
