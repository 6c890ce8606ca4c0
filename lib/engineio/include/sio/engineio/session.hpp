// One Engine.IO session as a state machine: heartbeat, polling, WebSocket, the upgrade between them, the outbox and the
// end. Sans-IO: what happened and the time go in, actions come out; no socket, no clock, no thread. The driver (lib/server)
// owns the connections and carries the actions out in order, after the call that gave them has returned.
//
// Life: open → (ended) → gone. `ended` is told once, when the layer above must forget its sockets; `gone` once, last, when
// the session id may be forgotten (a session that the server ends on purpose still answers polls for `closing_grace`).
//
// Until the client's `5`, polling stays the transport: packets go to polls, the probing WebSocket gets only `3probe`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/disconnect_reason.hpp"
#include "sio/base/time.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/engineio/request.hpp"

namespace sio::eio {

struct Config {
  Milliseconds ping_interval{25'000};
  Milliseconds ping_timeout{20'000};
  Milliseconds upgrade_timeout{10'000};
  Milliseconds closing_grace{30'000};         // how long packets of a session ended by the server wait for polls
  Milliseconds client_close_grace{1'000};     // after the client's `1`: one more poll is answered with `6`
  std::size_t max_payload = 1'000'000;        // bytes of a POST body or WebSocket message
  std::size_t payload_packets_max = 4'096;    // packets in one POST; more: 400, close (E4)
  std::size_t poll_packets_max = 16;          // packets in one poll's answer; the rest goes to the next one
  std::size_t outbox_bytes_max = 1'048'576;   // waiting for one client; over it: slow_consumer (R3)
  std::size_t outbox_packets_max = 16'384;
  bool allow_upgrade = true;
};

// Names a waiting HTTP request, or a WebSocket connection, to the driver. 0 names none.
using RequestId = std::uint64_t;
using ConnectionId = std::uint64_t;

enum class ActionKind : std::uint8_t {
  answer,            // answer HTTP request `id` with `status` and `body` (text/plain; a POST's "ok" is text/html)
  probe_pong,        // send the text message "3probe" on connection `id`
  switched,          // connection `id` is the transport now; take_packet() may have packets for it
  close_connection,  // close WebSocket connection `id` (probe or transport) with a close frame without status
  ended,             // the session is over for the layer above: `reason`. Once
  gone,              // forget the session and its id. Once, last
};

struct Action {
  ActionKind kind;
  std::uint64_t id = 0;
  int status = 200;
  DisconnectReason reason = DisconnectReason::transport_close;
  std::string body;
};
using Actions = std::vector<Action>;

// A packet from the client for the layer above.
struct Incoming {
  enum class Kind : std::uint8_t { none, text, binary };
  Kind kind = Kind::none;
  std::string_view data;  // into the input (or the scratch given): valid until either changes
};

class Session {
 public:
  // `config` must outlive the session. A session over WebSocket begins with its connection's id, one over polling with 0.
  // The first ping is due ping_interval after `now`, the time of the handshake.
  Session(const Config& config, TransportKind transport, ConnectionId connection, TimePoint now);

  TransportKind transport() const { return transport_; }
  bool open() const { return state_ == State::open; }
  bool gone() const { return state_ == State::gone; }
  bool upgrading() const { return probe_ != 0; }
  ConnectionId connection() const { return connection_; }
  ConnectionId probe() const { return probe_; }
  bool poll_waiting() const { return poll_ != 0; }

  // ---- towards the client
  // Queues a packet; it goes out with the next flush(). Over the bound of the outbox the session ends (slow_consumer).
  // A droppable packet is left out when the transport cannot take it now (no poll waits; or `writable` is false:
  // earlier bytes still wait for the socket). Returns whether it was queued. Nothing happens once not open.
  bool send(Packet packet, bool writable, TimePoint now, Actions& out);
  // End of the driver's turn: answers a waiting poll if there is something for it.
  void flush(TimePoint now, Actions& out);
  // For the WebSocket transport: takes the next packet off the outbox; false when there is none.
  bool take_packet(Packet& packet);
  bool has_packets() const { return head_ < outbox_.size(); }
  std::size_t outbox_bytes() const { return outbox_bytes_; }
  // Ends the session on purpose. Packets queued before still go out (polling: to the next polls, then `1`).
  void close(DisconnectReason reason, TimePoint now, Actions& out);

  // ---- polling: called after the checks of request.hpp have passed
  void on_poll(RequestId request, TimePoint now, Actions& out);
  // The client dropped the connection of a waiting poll (others are ignored).
  void on_poll_aborted(RequestId request, TimePoint now, Actions& out);
  // A POST's head has arrived. False: it was answered (400) and the session ended; do not read its body.
  bool on_post_begun(RequestId request, bool octet_stream, TimePoint now, Actions& out);
  // Its body is over max_payload: 413, nothing handled, the session stays.
  void on_post_too_large(RequestId request, Actions& out);
  void on_post_aborted(RequestId request, TimePoint now, Actions& out);
  // Its body is complete. The caller then takes the messages one by one:
  //   session.on_post_body(request, body);
  //   while ((incoming = session.next_from_post(scratch, now, out)).kind != none) handle(incoming);
  // next_from_post() answers the request when the body is used up or broken. `body` must stay valid meanwhile; handling
  // a message may call send() or close() on this session.
  void on_post_body(RequestId request, std::string_view body);
  Incoming next_from_post(std::string& scratch, TimePoint now, Actions& out);

  // ---- WebSocket
  // A WebSocket with this session's id was opened. False: refuse it (close that connection), the session goes on.
  bool on_probe_opened(ConnectionId connection, TimePoint now, Actions& out);
  // A whole message from connection `connection`: the transport or the probe; of any other it is ignored.
  Incoming on_websocket_message(ConnectionId connection, bool binary, std::string_view data, TimePoint now, Actions& out);
  // Connection lost or closed. The probe's end leaves the session on polling; the transport's ends it.
  void on_websocket_closed(ConnectionId connection, DisconnectReason reason, TimePoint now, Actions& out);

  // ---- time
  // When on_timer() is to be called next; kNever when gone.
  TimePoint deadline() const;
  void on_timer(TimePoint now, Actions& out);

 private:
  enum class State : std::uint8_t { open, closing, gone };
  // Private members are the implementer's; keep sizeof(Session) at most 160 bytes: an idle session is mostly this.
  const Config* config_;
  State state_ = State::open;
  TransportKind transport_;
  ConnectionId connection_;
  ConnectionId probe_ = 0;
  RequestId poll_ = 0;
  std::vector<Packet> outbox_;
  std::uint32_t head_ = 0;
  std::size_t outbox_bytes_ = 0;
};

}  // namespace sio::eio
