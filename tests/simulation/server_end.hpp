// The driver of the server's session in a simulated run: checks requests as lib/server does, hands them to the session,
// and ends each turn with a flush, sometimes after other things that happen at the same instant.
#pragma once

#include <map>

#include "session_harness.hpp"
#include "world.hpp"

namespace sio::simulation {

class Client;

class ServerEnd {
 public:
  ServerEnd(World& world, const eio::Config& config, const SocketPtr& websocket);

  void meet(Client& client) { client_ = &client; }
  bool open() { return harness_.session().open(); }
  bool gone() { return harness_.session().gone(); }
  eio::TransportKind transport() { return harness_.session().transport(); }
  const Numbered& sent() const { return sent_; }
  const Numbered& received() const { return received_; }
  std::string breach() const { return harness_.breach(); }

  // The application's doings.
  void send_some();
  void close(DisconnectReason reason);

  // What arrives.
  void get(const ExchangePtr& exchange);
  void post_head(const ExchangePtr& exchange);
  void post_body(const ExchangePtr& exchange);
  void exchange_lost(const ExchangePtr& exchange);
  void websocket_opened(const SocketPtr& socket);
  void websocket_message(std::uint64_t id, const Pipe::Message& message);
  void websocket_lost(std::uint64_t id);

 private:
  void begin();  // of an input: the harness gets the time
  void end();    // of it: a flush and a timer will come
  bool passes(const ExchangePtr& exchange);
  void answer(const ExchangePtr& exchange, int status, std::string body);
  void arm();
  void tell();

  World& world_;
  eio::Config config_;
  eio::test::Harness harness_;
  Client* client_ = nullptr;
  std::map<std::uint64_t, ExchangePtr> exchanges_;  // without an answer
  std::map<std::uint64_t, SocketPtr> sockets_;      // open
  Numbered sent_;
  Numbered received_;
  bool flush_due_ = false;
  TimePoint armed_ = kNever;
  std::uint64_t arming_ = 0;
};

}  // namespace sio::simulation
