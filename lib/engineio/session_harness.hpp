// A driver for tests, in virtual time: hands inputs to a session, carries its actions out, and tells everything that
// became visible as one line of text an event ("answer 3 200 ok", "text hello", "send 7 4hello", "close 7", "gone").
// Meanwhile it watches what must hold whatever happens, and keeps the first breach as a sentence: each request answered
// once and each connection closed once, `ended` once and nothing delivered after it, `gone` once and last, no deadline
// left then, an empty outbox without memory. Knows nothing of GoogleTest: fuzz targets and the simulation use it too.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/engineio/session.hpp"

namespace sio::eio::test {

inline std::string visible(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += c == kRecordSeparator ? std::string(" | ") : std::string(1, c);
  return text;
}

class Harness {
 public:
  struct Answer {
    RequestId request;
    int status;
    std::string body;
  };

  Harness(const Config& config, TransportKind transport, ConnectionId connection, TimePoint start = {})
      : now_(start), session_(config, transport, connection, start) {
    if (connection != 0) connections_.insert(connection);
  }

  Session& session() { return session_; }
  TimePoint now() const { return now_; }
  const std::string& breach() const { return breach_; }
  const std::set<RequestId>& polls() const { return polls_; }
  const std::set<RequestId>& posts() const { return posts_; }
  const std::set<ConnectionId>& connections() const { return connections_; }
  bool ended() const { return ended_; }
  std::vector<std::string> take_events() { return std::exchange(events_, {}); }

  // What a simulation hooks in; scripts read the events.
  std::function<void(const Incoming&)> on_message = [](const Incoming&) {};
  std::function<void(const Answer&)> on_answer = [](const Answer&) {};
  std::function<void(ConnectionId, const Packet&)> on_send = [](ConnectionId, const Packet&) {};
  std::function<void(ConnectionId)> on_probe_pong = [](ConnectionId) {};
  std::function<void(ConnectionId)> on_close = [](ConnectionId) {};
  bool writable = true;   // the WebSocket takes bytes; else its packets stay in the outbox
  bool recording = true;  // events are kept; else only what must hold is watched, which is quicker

  // ---- inputs
  void poll(RequestId request) {
    polls_.insert(request);
    session_.on_poll(request, now_, actions_);
    settle();
  }
  void abort_poll(RequestId request) {
    polls_.erase(request);
    session_.on_poll_aborted(request, now_, actions_);
    settle();
  }
  bool begin_post(RequestId request, bool octet_stream = false) {
    posts_.insert(request);
    const bool read_on = session_.on_post_begun(request, octet_stream, now_, actions_);
    settle();
    if (!read_on && posts_.contains(request)) fail("a refused POST has no answer");
    return read_on;
  }
  void post_body(RequestId request, std::string_view body) {
    if (!posts_.contains(request)) return;  // answered before: its body is not read
    session_.on_post_body(request, body);
    std::string scratch;
    Incoming incoming;
    while ((incoming = session_.next_from_post(scratch, now_, actions_)).kind != Incoming::Kind::none)
      deliver(incoming);
    settle();
    if (posts_.contains(request)) fail("a POST is used up and has no answer");
  }
  void post_too_large(RequestId request) {
    session_.on_post_too_large(request, actions_);
    settle();
  }
  void abort_post(RequestId request) {
    posts_.erase(request);
    session_.on_post_aborted(request, now_, actions_);
    settle();
  }
  bool open_probe(ConnectionId connection) {
    const bool taken = session_.on_probe_opened(connection, now_, actions_);
    if (taken) connections_.insert(connection);
    record(taken ? "probing " : "refused ", connection);
    settle();
    return taken;
  }
  void message(ConnectionId connection, std::string_view data, bool binary = false) {
    const Incoming incoming = session_.on_websocket_message(connection, binary, data, now_, actions_);
    if (incoming.kind != Incoming::Kind::none) deliver(incoming);
    settle();
  }
  void control_frame(ConnectionId connection) {
    session_.on_control_frame(connection, now_, actions_);
    settle();
  }
  void lose(ConnectionId connection, DisconnectReason reason = DisconnectReason::transport_close) {
    connections_.erase(connection);
    session_.on_websocket_closed(connection, reason, now_, actions_);
    settle();
  }
  bool send(std::string_view bytes, bool binary = false, bool droppable = false) {
    const bool queued = session_.send({SharedBytes{bytes}, binary, droppable}, writable, now_, actions_);
    if (!handling_) settle();
    return queued;
  }
  void close(DisconnectReason reason) {
    session_.close(reason, now_, actions_);
    if (!handling_) settle();
  }
  void flush() {
    if (writable) drain(session_.connection());
    session_.flush(now_, actions_);
    settle();
    check_memory();
  }
  // Time passes; on_timer() is called at each deadline within, exactly.
  void advance(Milliseconds duration) {
    const TimePoint until = now_ + duration;
    while (session_.deadline() <= until && breach_.empty()) {
      now_ = std::max(now_, session_.deadline());
      tick();
    }
    now_ = until;
  }
  // Time passes and on_timer() comes late, at the end of it.
  void advance_late(Milliseconds duration) {
    now_ += duration;
    tick();
  }
  // Time passes and on_timer() has not come yet.
  void advance_without_timer(Milliseconds duration) { now_ += duration; }
  void tick() {
    const TimePoint before = session_.deadline();
    session_.on_timer(now_, actions_);
    settle();
    if (session_.deadline() <= now_ && session_.deadline() == before) fail("the timer does not come to rest");
  }

  void fail(std::string what) {
    if (breach_.empty()) breach_ = std::move(what);
  }

 private:
  void deliver(const Incoming& incoming) {
    if (ended_in_actions()) fail("a message came after the end");
    if (recording) {
      events_.push_back((incoming.kind == Incoming::Kind::text ? "text " : "binary ") + std::string(incoming.data));
    }
    handling_ = true;
    on_message(incoming);
    handling_ = false;
  }

  void record(std::string_view what, std::uint64_t id) {
    if (recording) events_.push_back(std::string(what) + std::to_string(id));
  }

  bool ended_in_actions() const {
    bool ended = ended_;
    for (const Action& action : actions_) ended = ended || action.kind == ActionKind::ended;
    return ended;
  }

  void settle() {
    for (const Action& action : std::exchange(actions_, {})) {
      if (gone_) fail("an action came after gone");
      carry_out(action);
    }
    if (session_.gone() != gone_) fail("gone() and the action differ");
    if (session_.open() == ended_) fail("open() and the action `ended` differ");
    if (session_.poll_waiting() != !polls_.empty()) fail("poll_waiting() differs from the polls without an answer");
    if (gone_ && session_.deadline() != kNever) fail("a deadline is left when gone");
    if (gone_ && !(polls_.empty() && posts_.empty())) fail("a request has no answer when gone");
    if (gone_ && !connections_.empty()) fail("a connection is open when gone");
    check_memory();
  }

  void carry_out(const Action& action) {
    switch (action.kind) {
      case ActionKind::answer:
        if (polls_.erase(action.id) + posts_.erase(action.id) != 1) {
          fail("request " + std::to_string(action.id) + " has no need of an answer");
        }
        if (recording) {
          events_.push_back("answer " + std::to_string(action.id) + ' ' + std::to_string(action.status) + ' ' +
                            visible(action.body));
        }
        on_answer({action.id, action.status, action.body});
        break;
      case ActionKind::probe_pong:
        if (action.id != session_.probe()) fail("3probe to another connection than the probe");
        record("3probe ", action.id);
        on_probe_pong(action.id);
        break;
      case ActionKind::switched:
        record("switched ", action.id);
        break;
      case ActionKind::close_connection:
        if (action.id == session_.connection()) drain(action.id);
        if (connections_.erase(action.id) != 1) fail("connection " + std::to_string(action.id) + " is not open");
        record("close ", action.id);
        on_close(action.id);
        break;
      case ActionKind::ended:
        if (std::exchange(ended_, true)) fail("ended twice");
        if (recording) events_.push_back("ended " + std::string(to_string(action.reason)));
        break;
      case ActionKind::gone:
        if (!ended_) fail("gone before ended");
        if (std::exchange(gone_, true)) fail("gone twice");
        if (recording) events_.emplace_back("gone");
        break;
    }
  }

  void drain(ConnectionId connection) {
    Packet packet;
    while (session_.take_packet(packet)) {
      if (recording) {
        events_.push_back("send " + std::to_string(connection) + ' ' + std::string(packet.bytes.view()));
      }
      on_send(connection, packet);
    }
  }

  void check_memory() {
    if (!session_.has_packets() && session_.outbox_bytes() != 0) fail("an empty outbox counts bytes");
  }

  TimePoint now_;
  Session session_;
  Actions actions_;
  std::vector<std::string> events_;
  std::string breach_;
  std::set<RequestId> polls_;  // without an answer yet
  std::set<RequestId> posts_;
  std::set<ConnectionId> connections_;  // open
  bool ended_ = false;
  bool gone_ = false;
  bool handling_ = false;
};

}  // namespace sio::eio::test
