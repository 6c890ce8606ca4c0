// One Engine.IO session as a state machine: heartbeat, polling, WebSocket, the upgrade between them, the outbox and the
// end. Sans-IO: what happened and the time go in, actions come out; no socket, no clock, no thread. The driver
// (lib/server) owns the connections and carries the actions out in order, after the call that gave them has returned.
//
// Life: open → (ended) → gone. `ended` is told once, when the layer above must forget its sockets; `gone` once, last,
// when the session id may be forgotten (a session that the server ends on purpose still answers polls for
// `closing_grace`, one that the client ended one poll within `client_close_grace`). By then every request has its
// answer and every connection its close_connection, but those that were lost.
//
// Until the client's `5`, polling stays the transport: packets go to polls, the probing WebSocket gets only `3probe`.
// A POST under way at the `5` still counts; new polling requests do not. A `5` that crosses the server's close() on
// purpose gets what no poll has fetched over the WebSocket, which is then closed.
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

// Times and limits of sessions; one for all of a server. Defaults are the reference server's where it has one.
struct Config {
  Milliseconds ping_interval{25'000};
  Milliseconds ping_timeout{20'000};
  Milliseconds upgrade_timeout{10'000};             // from the opening of the probe to its `5`
  Milliseconds closing_grace{30'000};               // how long packets of a session ended by the server wait for polls
  Milliseconds client_close_grace{1'000};           // after the client's `1`: one more poll is answered with `6`
  std::size_t max_payload = 1'000'000;              // bytes of a POST body or WebSocket message
  std::size_t payload_packets_max = 4'096;          // packets in one POST; more: 400, close (E4)
  std::size_t poll_packets_max = 16;                // packets in one poll's answer (at least 1); the rest: the next one
  std::size_t outbox_bytes_max = 1'048'576;         // as on the wire, waiting for one client; over: slow_consumer (R3)
  std::size_t outbox_packets_max = 16'384;          // likewise; what one turn brings may go beyond it, see send()
  std::size_t control_packets_per_second_max = 20;  // that mean nothing: unasked pongs, `0`, `5`, `6`; over: flood (E5)
  // Packets of any kind from the client, control frames included, in each of flood_seconds seconds one after another;
  // over: flood (S9). The first second begins with a packet; one with no more packets than this begins the count anew,
  // so any number may come at once. 0: no limit.
  std::uint32_t packets_per_second_max = 0;
  std::uint32_t flood_seconds = 5;
  bool allow_upgrade = true;
};

// Names a waiting HTTP request, or a WebSocket connection, to the driver. 0 names none.
using RequestId = std::uint64_t;
using ConnectionId = std::uint64_t;

enum class ActionKind : std::uint8_t {
  // Answer HTTP request `id` with `status` and `body`. 200: text/plain for a GET, text/html for a POST's "ok". Else a
  // body, if there is one, is JSON. A POST may be answered (400) before its body has come: the rest is of no interest.
  answer,
  probe_pong,  // send the text message "3probe" on connection `id`
  switched,    // connection `id` is the transport now; take_packet() may have packets for it
  // Close WebSocket connection `id` (probe or transport) with a close frame without status. If it is the transport,
  // first send what take_packet() still gives: packets queued before a close() on purpose go out. (The state machine
  // is gone by then, take_packet() goes on.) Where nothing may go out any more it gives nothing.
  close_connection,
  ended,  // the session is over for the layer above: `reason`. Once
  gone,   // forget the session and its id. Once, last
};

// One thing for the driver to do.
struct Action {
  ActionKind kind = ActionKind::answer;
  std::uint64_t id = 0;
  int status = 200;
  DisconnectReason reason = DisconnectReason::transport_close;
  std::string body{};
};
using Actions = std::vector<Action>;

// A message from the client for the layer above. Text comes without its type digit `4`, and is UTF-8 if what the
// WebSocket codec gave was; text that came by polling is checked here.
struct Incoming {
  enum class Kind : std::uint8_t { none, text, binary };
  Kind kind = Kind::none;
  std::string_view data;  // into the input (or the scratch given): valid until either changes
};

class Session {
 public:
  // `config` must outlive the session. A session over WebSocket begins with its connection's id, one over polling with
  // 0. The first ping is due ping_interval after `now`, the time of the handshake.
  Session(const Config& config, TransportKind transport, ConnectionId connection, TimePoint now);

  TransportKind transport() const { return transport_; }
  bool open() const { return state_ == State::open; }
  bool gone() const { return state_ == State::gone; }
  bool upgrading() const { return probe_ != 0; }
  ConnectionId connection() const { return connection_; }
  ConnectionId probe() const { return probe_; }
  bool poll_waiting() const { return poll_ != 0; }

  // ---- towards the client
  // Queues a packet; it goes out with the next flush(). Over the bound of what may wait the session ends
  // (slow_consumer), and what was queued is dropped: the driver writes what it can (has_room()) before it comes to
  // that. A turn that begins within the bound of packets may go beyond it, since one turn may bring more than a client
  // that reads well can take in it; from then on nothing more is taken in than waited at its end, until less than the
  // bound waits again. The bound of bytes is never passed. A droppable packet is left out when the transport cannot
  // take it now (no poll waits with room in its answer; or `writable` is false: earlier bytes still wait for the
  // socket). Returns whether it was queued. Nothing happens once not open. Of packets that belong together (a binary
  // header and its attachments) only the first may be droppable; the caller sends the others without the mark if it was
  // queued, and not at all if not. Packets leave in the order of queueing.
  bool send(Packet packet, bool writable, TimePoint now, Actions& out);
  // Whether send() would take the packet. If not, and the transport can take something, the driver lets it first.
  bool has_room(const Packet& packet) const;
  // End of the driver's turn, over either transport: answers a waiting poll if there is something for it.
  void flush(TimePoint now, Actions& out);
  // Answers a waiting poll in the midst of a turn, if there is something for it.
  void answer_waiting_poll(Actions& out);
  // What take_packet() gave and the kernel has not taken: it waits for the client like what is in the outbox. Told by
  // the driver of a WebSocket whenever it changes.
  void set_unsent(std::size_t packets, std::size_t bytes);
  // For the WebSocket transport: takes the next packet off the outbox; false when there is none.
  bool take_packet(Packet& packet);
  bool has_packets() const { return head_ < outbox_.size(); }
  std::size_t outbox_bytes() const { return outbox_bytes_; }
  // All that waits for the client, unsent included.
  std::size_t waiting_packets() const { return outbox_.size() - head_ + unsent_packets_; }
  std::size_t waiting_bytes() const { return outbox_bytes_ + unsent_bytes_; }
  // Ends the session. Where the server does it of its own will (forced_close, server_namespace_disconnect,
  // client_namespace_disconnect, server_shutting_down, connect_timeout) packets queued before still go out: over
  // polling to the waiting and the next polls, then `1` to the one after; over WebSocket as close_connection says. Any
  // other reason is a fault: the packets are dropped, a waiting poll gets `1`, nothing lingers. A POST whose messages
  // are being taken is answered here: 200, or 400 after a fault; what is left of it is dropped.
  void close(DisconnectReason reason, TimePoint now, Actions& out);

  // ---- polling: called after the checks of request.hpp have passed
  // At its deadline a session answers no poll any more (400, code 1), even if on_timer() comes late.
  void on_poll(RequestId request, TimePoint now, Actions& out);
  // The client dropped the connection of a waiting poll (others are ignored).
  void on_poll_aborted(RequestId request, TimePoint now, Actions& out);
  // A POST's head has arrived. False: it was answered (400), in most cases because the session ended by it; do not read
  // its body.
  bool on_post_begun(RequestId request, bool octet_stream, TimePoint now, Actions& out);
  // Its body is over max_payload: 413, nothing handled, the session stays.
  void on_post_too_large(RequestId request, Actions& out);
  void on_post_aborted(RequestId request, TimePoint now, Actions& out);
  // Its body is complete. The caller then takes the messages one by one:
  //   session.on_post_body(request, body);
  //   while ((incoming = session.next_from_post(scratch, now, out)).kind != none) handle(incoming);
  // next_from_post() answers the request when the body is used up or broken. `body` must stay valid meanwhile; handling
  // a message may call send() or close() on this session. The body of a POST that was answered before is ignored, that
  // of a session which the server ended is answered (200) unread: an error might overtake the poll that tells the end.
  void on_post_body(RequestId request, std::string_view body);
  Incoming next_from_post(std::string& scratch, TimePoint now, Actions& out);

  // ---- WebSocket
  // A WebSocket with this session's id was opened. False: refuse it (close that connection), the session goes on.
  bool on_probe_opened(ConnectionId connection, TimePoint now, Actions& out);
  // A whole message from connection `connection`: the transport or the probe; of any other it is ignored.
  Incoming on_websocket_message(ConnectionId connection, bool binary, std::string_view data, TimePoint now,
                                Actions& out);
  // A ping or pong frame came on it: counts as a packet that means nothing.
  void on_control_frame(ConnectionId connection, TimePoint now, Actions& out);
  // Connection lost or closed. The probe's end leaves the session on polling; the transport's ends it.
  void on_websocket_closed(ConnectionId connection, DisconnectReason reason, TimePoint now, Actions& out);

  // ---- time
  // When on_timer() is to be called next; kNever when gone. May change with every call.
  TimePoint deadline() const;
  void on_timer(TimePoint now, Actions& out);

 private:
  enum class State : std::uint8_t {
    open,
    closing,  // ended by the server: the outbox and `1` wait for polls
    drained,  // as before, and a poll has got the `1`: only a POST under way is still to be answered
    leaving,  // ended by the client's `1`: one poll more gets `6`
    gone,
  };
  enum class Heartbeat : std::uint8_t { idle, ping_queued, ping_sent };
  static constexpr std::uint32_t kAnyNumber = UINT32_MAX;

  bool expired(TimePoint now) const;
  void start_closing(TimePoint due, State state);
  void end(DisconnectReason reason, Actions& out);
  void close_by_client(TimePoint now, Actions& out);
  void become_gone(Actions& out);
  void leave_drained(Actions& out);
  void drop_probe(Actions& out);
  void answer_poll(std::string body, Actions& out);
  void answer_post(int status, Actions& out);
  void answer_closing_poll(RequestId request, Actions& out);
  Incoming on_packet(std::string_view packet, TimePoint now, Actions& out);
  void on_probe_message(bool binary, std::string_view data, Actions& out);
  void switch_transport(Actions& out);
  void leave_by_websocket(Actions& out);
  void take_probe();
  void on_pong(TimePoint now, Actions& out);
  void count_control_packet(TimePoint now, Actions& out);
  void count_packet(TimePoint now, Actions& out);
  void settle_burst();
  std::size_t wire_size(const Packet& packet) const;
  void push(Packet packet);
  Packet pop();
  std::string pop_poll_body(std::size_t& packets);
  void clear_outbox();

  const Config* config_;
  ConnectionId connection_;
  ConnectionId probe_ = 0;
  RequestId poll_ = 0;           // waiting; only while open
  RequestId post_ = 0;           // being received or handled
  PayloadReader post_body_{{}};  // what is left of it, while post_complete_
  std::vector<Packet> outbox_;   // from head_ on; owns no memory when empty
  std::size_t outbox_bytes_ = 0;
  std::uint32_t unsent_bytes_ = 0;
  std::uint32_t unsent_packets_ = 0;
  std::uint32_t packets_allowed_ = kAnyNumber;  // to wait: what waited when a turn ended at the bound or beyond it
  std::uint32_t head_ = 0;
  std::uint32_t control_packets_ = 0;  // in the second that began at control_since_
  TimePoint control_since_ = TimePoint::min();
  TimePoint second_since_ = TimePoint::min();  // the second in which packets are counted
  std::uint32_t second_packets_ = 0;
  std::uint32_t full_seconds_ = 0;  // before that one, one after another, with too many packets
  TimePoint due_;                   // open: next ping, or the death for want of a pong; then: end of the grace
  TimePoint probe_due_ = kNever;
  State state_ = State::open;
  TransportKind transport_;
  Heartbeat heartbeat_ = Heartbeat::idle;
  bool probe_answered_ = false;  // 3probe went out to probe_: polls are ended with `6`
  bool post_complete_ = false;   // post_body_ is to be taken
  bool post_counted_ = false;    // it was found to hold no more than payload_packets_max
};

// An idle session is mostly this.
static_assert(sizeof(Session) <= 192);

}  // namespace sio::eio
