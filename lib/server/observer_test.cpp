// What a server tells its observer.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

#include "sio/server/observer.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

class Recorder final : public ServerObserver {
 public:
  void on_connection_opened() noexcept override { ++open_connections; }
  void on_connection_closed() noexcept override {
    ++closed_connections;
    --open_connections;
  }
  void on_session_opened(eio::TransportKind transport) noexcept override {
    note("session " + std::string(transport == eio::TransportKind::polling ? "polling" : "websocket"));
  }
  void on_session_upgraded() noexcept override { note("upgraded"); }
  void on_session_closed(eio::TransportKind transport, DisconnectReason reason) noexcept override {
    note(std::string(transport == eio::TransportKind::polling ? "polling" : "websocket") +
         " closed: " + std::string(to_string(reason)));
  }
  void on_socket_connected(const Namespace& nsp) noexcept override { note("connected " + nsp.name()); }
  void on_connect_refused(const Namespace& nsp) noexcept override { note("refused " + nsp.name()); }
  void on_socket_disconnected(const Namespace& nsp, DisconnectReason reason) noexcept override {
    note("disconnected " + nsp.name() + ": " + std::string(to_string(reason)));
  }
  void on_traffic(Traffic received, Traffic sent) noexcept override {
    const std::lock_guard lock(mutex_);
    received_.packets += received.packets;
    received_.bytes += received.bytes;
    sent_.packets += sent.packets;
    sent_.bytes += sent.bytes;
    ++turns;
  }
  void on_handler_exception(const Namespace& nsp) noexcept override { note("threw " + nsp.name()); }

  Traffic received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  Traffic sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

  Log log;
  std::atomic<int> open_connections{0};
  std::atomic<int> closed_connections{0};
  std::atomic<int> turns{0};

 private:
  void note(std::string entry) { log.add(std::move(entry)); }
  mutable std::mutex mutex_;
  Traffic received_;
  Traffic sent_;
};

struct Observed : testing::TestWithParam<unsigned> {
  Observed() : server(options()) {
    Namespace& nsp = server.of("/");
    nsp.on("echo", [](Event& event) { event.acknowledge(event.arguments()); });
    nsp.on("throw", [](Event&) { throw std::runtime_error("planned"); });
    nsp.on("leave", [](Socket& socket) { socket.disconnect(); });
    nsp.on("ask", [](Socket& socket) {
      socket.emit_with_ack("q", {}, Milliseconds(60'000),
                           [](AckStatus, json::Value, std::span<const SharedBytes>) { throw 1; });
    });
    server.of("/no").use([](ConnectRequest request) { request.refuse("no"); });
    server.of("/throws").use([](ConnectRequest) { throw std::runtime_error("planned"); });
    server.of("/throws/later").on_connection([](Socket&, json::Value) { throw std::runtime_error("planned"); });
    server.start();
  }
  ServerOptions options() {
    ServerOptions options = threads(GetParam());
    options.observer = &recorder;
    return options;
  }
  void settle() {
    for (unsigned round = 0; round < 2; ++round) {
      for (unsigned shard = 0; shard < GetParam(); ++shard) server.on_shard(shard, [] {});
    }
  }

  Recorder recorder;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Observed, testing::Values(1U, 3U));

TEST_P(Observed, SessionsAreCountedByTransportUpgradeAndReason) {
  {
    WebSocketClient client(server.port());
    EXPECT_EQ(recorder.log.next(), "session websocket");
    client.send("1");
    EXPECT_EQ(recorder.log.next(), "websocket closed: transport close");
    client.close_code();
  }
  PollingClient polling(server.port());
  EXPECT_EQ(recorder.log.next(), "session polling");
  EXPECT_EQ(polling.post("1").body, "ok");
  EXPECT_EQ(recorder.log.next(), "polling closed: transport close");
  PollingClient upgrading(server.port());
  EXPECT_EQ(recorder.log.next(), "session polling");
  WebSocketClient websocket(server.port(), upgrading.upgrade_target());
  websocket.send("2probe");
  EXPECT_EQ(websocket.message(), "3probe");
  EXPECT_TRUE(recorder.log.empty());
  websocket.send("5");
  EXPECT_EQ(recorder.log.next(), "upgraded");
  websocket.wire().reset();
  EXPECT_EQ(recorder.log.next(), "websocket closed: transport error");
}

TEST_P(Observed, SocketsAreCountedByNamespaceAndReason) {
  SocketIoClient client(server.port());
  EXPECT_EQ(recorder.log.next(), "session websocket");
  EXPECT_EQ(recorder.log.next(), "connected /");
  client.send("0/no,");
  EXPECT_EQ(recorder.log.next(), "refused /no");
  client.send("0/unknown,");
  client.send("1");
  EXPECT_EQ(recorder.log.next(), "disconnected /: client namespace disconnect");
  for (int i = 0; i < 2; ++i) client.receive();
  client.connect("/");
  EXPECT_EQ(recorder.log.next(), "connected /");
  client.send(R"(2["leave"])");
  EXPECT_EQ(recorder.log.next(), "disconnected /: server namespace disconnect");
  EXPECT_EQ(client.receive(), "1");
  client.connect("/");
  EXPECT_EQ(recorder.log.next(), "connected /");
  client.send("nonsense");
  EXPECT_EQ(recorder.log.next(), "websocket closed: parse error");
  EXPECT_EQ(recorder.log.next(), "disconnected /: parse error");
}

TEST_P(Observed, S8_WhatHandlersThrowIsCounted) {
  SocketIoClient client(server.port());
  recorder.log.next();
  recorder.log.next();
  client.send(R"(2["throw"])");
  EXPECT_EQ(recorder.log.next(), "threw /");
  client.send(R"(2["ask"])");
  client.receive();
  client.send("30[]");
  EXPECT_EQ(recorder.log.next(), "threw /");
  client.send("0/throws,");
  EXPECT_EQ(recorder.log.next(), "refused /throws");
  EXPECT_EQ(recorder.log.next(), "threw /throws");
  client.receive();
  client.send("0/throws/later,");
  EXPECT_EQ(recorder.log.next(), "connected /throws/later");
  EXPECT_EQ(recorder.log.next(), "threw /throws/later");
  EXPECT_EQ(recorder.log.next(), "disconnected /throws/later: server namespace disconnect");
}

TEST_P(Observed, TrafficIsSummedUp) {
  SocketIoClient client(server.port());
  settle();
  EXPECT_EQ(recorder.received().packets, 1U);  // "40"
  EXPECT_EQ(recorder.received().bytes, 1U);
  EXPECT_EQ(recorder.sent().packets, 2U);  // the handshake's and CONNECT's answer
  const Traffic before_in = recorder.received();
  const Traffic before_out = recorder.sent();
  const std::string event = R"(51-7["echo",{"_placeholder":true,"num":0}])";
  client.send(event);
  client.websocket().send_binary("blob!");
  const std::string answer = client.receive();
  client.websocket().receive();
  settle();
  EXPECT_EQ(recorder.received().packets - before_in.packets, 2U);
  EXPECT_EQ(recorder.received().bytes - before_in.bytes, event.size() + 5);
  EXPECT_EQ(recorder.sent().packets - before_out.packets, 2U);
  EXPECT_EQ(recorder.sent().bytes - before_out.bytes, 1 + answer.size() + 5);
  const int turns = recorder.turns;
  server.on_shard(0, [&] {
    for (int i = 0; i < 100; ++i) server.of("/").all().local().emit("n", i);
  });
  settle();
  EXPECT_GE(recorder.turns, turns);
  EXPECT_LE(recorder.turns, turns + 100);
}

// Every connection is opened once and closed once, whatever becomes of it: also if it moves to another shard or turns
// into a WebSocket.
TEST_P(Observed, ConnectionsOpenedAreClosed) {
  {
    HttpClient http(server.port());
    EXPECT_EQ(http.get("/nothing").status, 404);
    EXPECT_EQ(recorder.open_connections, 1);
    std::vector<PollingClient> polling;
    std::vector<WebSocketClient> websockets;
    for (int i = 0; i < 4; ++i) {
      polling.emplace_back(server.port());  // its POSTs have a connection of their own, unused so far
      polling.back().post("40");
      websockets.emplace_back(server.port(), polling.back().upgrade_target());
      websockets.back().send("2probe");
      EXPECT_EQ(websockets.back().message(), "3probe");
      SocketIoClient(server.port()).wire().reset();
    }
    settle();
    EXPECT_EQ(recorder.open_connections + recorder.closed_connections, 1 + 4 * 4);
    EXPECT_GE(recorder.open_connections, 1 + 4 * 3);
  }
  server.stop();
  EXPECT_EQ(recorder.open_connections, 0);
  EXPECT_EQ(recorder.closed_connections, 1 + 4 * 4);
}

}  // namespace
}  // namespace sio::test
