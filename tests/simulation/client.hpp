// A model of a client: polls one at a time, POSTs what it has to say one at a time, answers pings, probes a WebSocket,
// pauses polling (waits for its poll and its POST), sends `5` and goes on over the WebSocket. The JavaScript client
// begins with a poll and probes beside it; the Python client probes before it polls. Others stay on one transport.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/engineio/session.hpp"
#include "world.hpp"

namespace sio::simulation {

class ServerEnd;

enum class Flavor { javascript, python, polling, websocket };
enum class Abandons { nothing, opened_probe, answered_probe };  // where the first probe comes to a halt

struct Habits {
  Flavor flavor = Flavor::javascript;
  Abandons abandons = Abandons::nothing;
  int slow_poll_percent = 0;  // polls that come up to 150 ms after the one before
  int cut_percent = 0;        // requests and sockets that break under way
  int retries = 0;            // probes after one that failed
};

class Client {
 public:
  Client(World& world, ServerEnd& server, const eio::Config& config, const Habits& habits)
      : world_(world), server_(server), config_(config), habits_(habits) {}

  // The handshake has been answered. `websocket` for a client that began with it.
  void start(const SocketPtr& websocket);
  // A socket of this client: its far end is the server's.
  SocketPtr make_socket();

  bool open() const { return open_; }
  bool lost_something() const { return lost_something_; }
  bool switched() const { return switched_; }
  const Numbered& sent() const { return sent_; }
  const Numbered& received() const { return received_; }

  void send_some();
  void leave();             // says `1`
  void vanish(bool noisy);  // says nothing; noisy: its connections close
  void stop_faults() { habits_.cut_percent = habits_.slow_poll_percent = 0; }

  void on_answer(const ExchangePtr& exchange, int status, const std::string& body);

 private:
  ExchangePtr begin_exchange(bool is_post, std::string body);
  void break_exchange(const ExchangePtr& exchange);
  void break_socket(const SocketPtr& socket);
  void poll();
  void poll_later();
  void write(std::string packet);
  void flush();
  void on_packet(std::string_view packet, bool binary);
  void on_ping();
  void begin_probe();
  void on_socket_message(const SocketPtr& socket, const Pipe::Message& message);
  void on_socket_gone(const SocketPtr& socket);
  void finish_upgrade();
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
  Numbered sent_;
  Numbered received_;
};

}  // namespace sio::simulation
