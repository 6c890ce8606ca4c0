// One WebSocket: bytes to messages for its session, the session's packets to bytes (one write at the end of a turn),
// pongs, and the closing handshake. Private.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "sio/websocket/deflate.hpp"
#include "sio/websocket/frame.hpp"
#include "unsent_frames.hpp"

namespace sio::eio {
struct Packet;
}

namespace sio {

class EngineSession;

class WebSocketConnection final : public Connection {
 public:
  // `deflate`: the extension agreed on; null: none. Its engine is of this shard.
  WebSocketConnection(ShardState& state, rt::Stream::Ptr stream, const ws::Limits& limits,
                      std::unique_ptr<ws::Deflate> deflate);
  static WebSocketConnection& open(ShardState& state, rt::Stream::Ptr stream, const ws::Limits& limits,
                                   std::unique_ptr<ws::Deflate> deflate);

  // Whose messages these are; null: nobody's (any more). The session forgets the connection first, then this.
  void set_session(EngineSession* session) { session_ = session; }
  // Begins to read; `received` came with the handshake.
  void begin(std::string received);

  // True when nothing waits for the kernel: packets may be taken.
  bool writable() const { return !unsent_ && phase_ == Phase::open; }
  // Sends a text message at once (a probe's pong).
  void send_text(std::string_view text);
  // Takes what the session has and writes it. Called at the end of a turn.
  void flush();
  // Reads what has arrived already.
  void read_now() { stream_->read_now(); }

  // Sends what the session still has and a close frame, waits for the peer's, then ends. The session is not told.
  void close(ws::CloseCode code);
  // The same for a peer that does not read: what waits for it is dropped, and who still does not read is reset.
  void close_slow();

  void on_data(std::span<char> bytes) override;
  void on_writable() override;
  void on_end(bool orderly) override;
  void begin_shutdown() override {}

 private:
  enum class Phase : unsigned char { open, closing, closed };

  void on_timer(TimePoint now) override;
  // False: the connection is over, look at nothing else.
  bool on_event(const ws::Event& event);
  bool count_control_frame();
  void answer_close(ws::CloseCode code);
  void fail(ws::CloseCode code);
  void append(std::string& out, const eio::Packet& packet);
  void append_outbox(std::string& out);
  void append_compressed(std::string& out, ws::Opcode opcode, const eio::Packet& packet);
  void write(std::string_view bytes);
  void tell_unsent(bool moved);
  std::size_t unsent_bytes() const { return unsent_ ? unsent_->size() : 0; }
  void finish_close();
  void lost(bool orderly);

  ws::Decoder decoder_;
  EngineSession* session_ = nullptr;
  std::unique_ptr<UnsentFrames> unsent_;  // none: the kernel has taken all
  Phase phase_ = Phase::open;
  bool peer_closed_ = false;
  bool slow_ = false;  // closed for not reading
};

}  // namespace sio
