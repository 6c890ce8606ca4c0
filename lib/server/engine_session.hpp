// Drives one eio::Session on its shard: carries its actions out, keeps its timer, hands messages to the application.
// Owns nothing but the state machine, the handshake and the application's client; connections belong to the shard.
// Private.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ids.hpp"
#include "sio/engineio/session.hpp"
#include "sio/runtime/shard.hpp"
#include "sio/server/engine.hpp"
#include "waiting.hpp"

namespace sio {

class EngineEndpoint;
class WebSocketConnection;
struct ShardState;

class EngineSession final : public EngineSocket, private rt::Timer, private rt::EndOfTurn {
 public:
  EngineSession(ShardState& state, EngineEndpoint& endpoint, const http::Request& request, eio::TransportKind transport,
                WebSocketConnection* websocket);
  ~EngineSession() override;
  EngineSession(const EngineSession&) = delete;
  EngineSession& operator=(const EngineSession&) = delete;

  // Makes one and enters it into the shard's table. `websocket`: its connection, for that transport.
  static EngineSession& open(ShardState& state, EngineEndpoint& endpoint, const http::Request& request,
                             eio::TransportKind transport, WebSocketConnection* websocket);
  // After the handshake's answer: sends the open packet (WebSocket) and makes the application's client.
  void begin();

  Handle handle() const { return handle_; }
  bool answers_to(const EngineEndpoint& endpoint, const SessionSecret& secret) const;
  eio::TransportKind transport() const { return session_.transport(); }
  EngineClient* client() { return client_.get(); }
  std::string open_packet() const;

  // ---- polling
  // Before a request of a session that is being upgraded is judged: the `5` may be waiting on its WebSocket.
  void read_probe();
  void poll(eio::RequestId request);
  void poll_aborted(eio::RequestId request);
  void post_begun(eio::RequestId request, bool octet_stream);
  void post_complete(eio::RequestId request, std::string_view body);
  void post_too_large(eio::RequestId request);
  void post_aborted(eio::RequestId request);

  // ---- WebSocket
  bool probe_opened(WebSocketConnection& websocket);
  void websocket_message(WebSocketConnection& websocket, bool binary, std::string_view data);
  void websocket_control_frame(WebSocketConnection& websocket);
  void websocket_closed(WebSocketConnection& websocket, DisconnectReason reason);
  void websocket_writable();
  // What the kernel has not taken of its connection has changed; `moved`: it has taken some.
  void websocket_unsent(const WebSocketConnection& websocket, std::size_t messages, std::size_t bytes, bool moved);
  bool take_packet(eio::Packet& packet) { return session_.take_packet(packet); }

  // What waits for its client has stood still for too long, and others need the room.
  void end_stalled();

  // ---- EngineSocket
  bool send(eio::Packet message) override;
  void close(DisconnectReason reason) override;
  const Handshake& handshake() const override { return handshake_; }
  void trim_handshake(bool (*keep)(std::string_view name)) override;
  void keep_headers(std::span<const std::string> names) override;
  std::size_t waiting_bytes() const override;
  std::size_t waiting_packets() const override;
  rt::Shard& shard() override;

 private:
  void on_timer(TimePoint now) override;
  void end_of_turn() override;
  // Carries out, then re-arms the timer if its time has changed.
  void perform(eio::Actions& actions);
  void carry_out(eio::Action& action);
  WebSocketConnection* websocket(Handle id) const;
  bool can_write() const;
  void write_out();
  void count_waiting();
  void finish();
  void tell_message(const eio::Incoming& incoming);
  void tell_end();

  ShardState& state_;
  EngineEndpoint& endpoint_;
  eio::Session session_;
  TimePoint armed_ = kNever;
  Handle handle_ = 0;
  bool drain_due_ = false;  // packets were queued, and the client was not told yet that they are gone
  bool moved_ = false;      // its client has taken something since what waits was last counted
  bool stalled_ = false;    // ended for the budget of all
  std::optional<DisconnectReason> ended_;
  SessionSecret secret_{};
  ShardWaiting::Entry* waiting_ = nullptr;
  std::unique_ptr<EngineClient> client_;
  Handshake handshake_;
};

}  // namespace sio
