// The driver of the server's session in a simulated run: checks requests as lib/server does, hands them to the session,
// and ends each turn with a flush, sometimes after other things that happen at the same instant. Its WebSockets are
// lib/websocket's codec over a connection that takes so many bytes at a time and no more.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "session_harness.hpp"
#include "sio/websocket/frame.hpp"
#include "talk.hpp"
#include "world.hpp"

namespace sio::simulation {

class Client;

// What became of the upgrades of one run.
struct Upgrades {
  int begun = 0;      // WebSockets that the session took for a probe
  int completed = 0;  // by a `5`
  int expired = 0;    // no `5` in time
  int dropped = 0;    // closed by the server for another reason: a wrong packet, or the session's end
  int cut = 0;        // closed or lost by the client
  int refused = 0;    // WebSockets that the session did not want
};

class ServerEnd {
 public:
  ServerEnd(World& world, const eio::Config& config, const SocketPtr& websocket);

  void meet(Client& client) { client_ = &client; }
  bool open() { return harness_.session().open(); }
  bool gone() { return harness_.session().gone(); }
  const Talk& talk() const { return talk_; }
  const Upgrades& upgrades() const { return upgrades_; }
  const std::string& end_reason() const { return end_reason_; }
  std::string breach() const { return harness_.breach(); }
  // What must not be there once the session is gone and nothing is under way: empty, or what is left.
  std::string leftovers();

  // The application's doings.
  void send_some();
  void close(DisconnectReason reason);

  // What arrives.
  void get(const ExchangePtr& exchange);
  void post_head(const ExchangePtr& exchange);
  void post_body(const ExchangePtr& exchange);
  void exchange_lost(const ExchangePtr& exchange);
  void websocket_opened(const SocketPtr& socket);
  void websocket_bytes(std::uint64_t id, std::string bytes);
  void websocket_room(std::uint64_t id);
  void websocket_ended(std::uint64_t id, DisconnectReason reason);

 private:
  // The server's side of a WebSocket.
  struct Link {
    explicit Link(SocketPtr its_socket) : socket(std::move(its_socket)) {}
    SocketPtr socket;
    ws::Limits limits{};
    ws::Decoder decoder{limits};
    std::string unsent;  // the kernel did not take it yet
    bool closing = false;
    Counted<Link> counted{};
  };

  void begin();  // of an input: the harness gets the time
  void end();    // of it: a flush and a timer will come
  bool passes(const ExchangePtr& exchange);
  void answer(const ExchangePtr& exchange, int status, std::string body);
  void arm();
  void tell();
  void hook();
  bool emit(const std::vector<Talk::Message>& messages, bool droppable);
  void take_link(const SocketPtr& socket);
  bool take_event(std::uint64_t id, const ws::Event& event);
  void write(std::uint64_t id, std::string_view bytes);
  void close_link(std::uint64_t id);
  void drain();
  void note_upgrade(int Upgrades::* otherwise);
  bool writable();

  World& world_;
  eio::Config config_;
  std::size_t window_;  // bytes that a connection takes before its reader has taken any
  eio::test::Harness harness_;
  Talk talk_;
  Client* client_ = nullptr;
  std::map<std::uint64_t, ExchangePtr> exchanges_;        // without an answer
  std::map<std::uint64_t, std::shared_ptr<Link>> links_;  // open, or with bytes that are still to go out
  Upgrades upgrades_;
  std::uint64_t probing_ = 0;
  std::string end_reason_;
  bool flush_due_ = false;
  TimePoint armed_ = kNever;
  std::uint64_t arming_ = 0;
};

}  // namespace sio::simulation
