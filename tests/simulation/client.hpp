// A model of a client: polls one at a time, POSTs what it has to say one at a time, answers pings, probes a WebSocket,
// pauses polling (waits for its poll and its POST), sends `5` and goes on over the WebSocket. The JavaScript client
// begins with a poll and probes beside it; the Python client probes before it polls; the hasty one sends its `5` while
// its poll and its POST are under way: it reads the poll's answer, and waits for the POST's, before it uses the
// WebSocket. Others stay on one transport. Strangers with the session's id open WebSockets of their own at any moment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "frames.hpp"
#include "sio/engineio/session.hpp"
#include "talk.hpp"
#include "world.hpp"

namespace sio::simulation {

class ServerEnd;

enum class Flavor { javascript, python, hasty, polling, websocket };
// Where the first probe comes to a halt, or what it says instead of `2probe`.
enum class Abandons { nothing, opened_probe, answered_probe, unasked_upgrade, message };

struct Habits {
  Flavor flavor = Flavor::javascript;
  Abandons abandons = Abandons::nothing;
  int slow_poll_percent = 0;  // polls that come up to 150 ms after the one before
  int cut_percent = 0;        // requests and sockets that break under way
  int retries = 0;            // probes after one that failed
  int split_percent = 0;      // POSTs that take only some of the packets
  int strangers = 0;          // WebSockets beside its own
};

class Client {
 public:
  Client(World& world, ServerEnd& server, const eio::Config& config, const Habits& habits)
      : world_(world),
        server_(server),
        config_(config),
        habits_(habits),
        talk_(world, "the client", [this](const std::vector<Talk::Message>& messages, bool droppable) {
          return emit(messages, droppable);
        }) {}

  // The handshake has been answered. `websocket` for a client that began with it.
  void start(const SocketPtr& websocket);
  // A socket of this client: its far end is the server's.
  SocketPtr make_socket();

  bool open() const { return open_; }
  bool lost_something() const { return lost_something_; }
  bool switched() const { return switched_; }
  const Talk& talk() const { return talk_; }
  bool holds_nothing() const { return !poll_ && !post_; }

  void send_some();
  void leave();             // says `1`
  void vanish(bool noisy);  // says nothing; noisy: its connections close
  void stop_faults() { habits_.cut_percent = habits_.slow_poll_percent = world_.slow_percent = 0; }

  void on_answer(const ExchangePtr& exchange, int status, const std::string& body);

 private:
  ExchangePtr begin_exchange(bool is_post, std::string body);
  void break_exchange(const ExchangePtr& exchange);
  void break_socket(const SocketPtr& socket);
  void poll();
  void poll_later();
  bool emit(const std::vector<Talk::Message>& messages, bool droppable);
  void write(std::string packet);
  void flush();
  void post_some();
  void on_packet(std::string_view packet, bool binary);
  void on_ping();
  void begin_probe();
  void send(const SocketPtr& socket, std::string_view packet, bool binary = false);
  void close(const SocketPtr& socket);
  void on_bytes(const SocketPtr& socket, std::string_view bytes);
  void on_frame(const SocketPtr& socket, ws::Opcode opcode, std::string_view data);
  void on_probe_message(std::string_view data);
  void on_socket_gone(const SocketPtr& socket);
  void finish_upgrade();
  void take_held();
  void send_stranger();
  void stop();

  World& world_;
  ServerEnd& server_;
  eio::Config config_;
  Habits habits_;
  bool open_ = false;
  bool pausing_ = false;   // for the upgrade: no new poll, no new POST
  bool switched_ = false;  // the WebSocket is the transport
  bool lost_something_ = false;
  bool probed_ = false;
  ExchangePtr poll_;
  ExchangePtr post_;
  SocketPtr socket_;                 // probe or transport
  std::vector<std::string> buffer_;  // packets to be written; binary with a `b` in front
  std::uint64_t pings_ = 0;
  std::uint64_t ids_ = 0;
  Talk talk_;
  std::map<std::uint64_t, FrameReader> readers_;  // by socket
  std::vector<Talk::Message> held_;               // came over the WebSocket before the answer of the last poll
};

}  // namespace sio::simulation
