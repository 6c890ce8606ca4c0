// What handlers may do to their own socket and session, and what happens if they throw.
#include <gtest/gtest.h>

#include <stdexcept>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct Handlers : testing::Test {
  Handlers() {
    Namespace& nsp = server.of("/");
    nsp.on("throw", [](Event&) { throw std::runtime_error("planned"); });
    nsp.on("throw 7", [](Event&) { throw 7; });
    nsp.on("sync", [](Event& event) { event.acknowledge({}); });
    nsp.on("end", [](Event& event) {
      const std::string before = event.socket().id();
      event.socket().disconnect(event.size() > 0);
      EXPECT_FALSE(event.socket().connected());
      EXPECT_EQ(event.socket().id(), before);
      event.socket().join("ghosts");
      event.socket().disconnect(true);  // only the first counts
      event.socket().emit("never");
    });
    nsp.on("close", [](Event& event) {
      event.socket().emit("last words");
      event.socket().engine().close(DisconnectReason::forced_close);
      event.socket().emit("never");
    });
    nsp.on("busy", [](Event& event) {
      event.socket().emit_volatile("volatile", 1);
      event.socket().emit_volatile("volatile", SharedBytes("blob"));
    });
    nsp.on_connection([](Socket& socket, json::Value) { socket.join("all"); });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason reason) {
      EXPECT_TRUE(socket.in_room("all"));  // its rooms are still known
      EXPECT_EQ(socket.id().size(), 20U);
      socket.emit("never");
      socket.nsp().to("all").emit("left", to_string(reason));
      log.add(std::string(to_string(reason)));
    });
  }
  void start() { server.start(); }
  static void expect_alive(SocketIoClient& client) {
    client.send(R"(29["sync"])");
    EXPECT_EQ(client.receive(), "39[]");
  }

  Log log;
  TestServer server;
};

TEST_F(Handlers, S8_ThrowingHandlerIsReportedAndTheSessionLives) {
  server.of("/").on_handler_error([](Event& event) {
    event.socket().emit("internal", event.name());
    if (event.name() == "throw 7") throw std::runtime_error("again");
  });
  start();
  SocketIoClient client(server.port());
  client.send(R"(21["throw"])");
  EXPECT_EQ(client.receive(), R"(2["internal","throw"])");
  client.send(R"(2["throw 7"])");
  EXPECT_EQ(client.receive(), R"(2["internal","throw 7"])");
  expect_alive(client);
}

TEST_F(Handlers, S8_ThrowingHandlerWithoutReporterOnlyLosesItsEvent) {
  start();
  SocketIoClient client(server.port());
  client.send(R"(2["throw"])");
  client.send(R"(2["throw 7"])");
  expect_alive(client);
}

TEST_F(Handlers, S8_OtherCallbacksMayThrowToo) {
  server.of("/thrower").on_disconnect([](Socket&, DisconnectReason) { throw std::runtime_error("planned"); });
  server.of("/thrower").on_drained([](Socket&) { throw std::runtime_error("planned"); });
  server.of("/thrower").on_unhandled([this](Event& event) {
    event.socket().emit_with_ack("q", {}, Milliseconds(60'000),
                                 [](AckStatus, json::Value, std::span<const SharedBytes>) { throw 1; });
    server.of("/thrower").with_socket(event.socket().ref(), [](Socket&) { throw 2; });
  });
  start();
  SocketIoClient client(server.port());
  client.connect("/thrower");
  client.send(R"(2/thrower,["x"])");
  EXPECT_EQ(client.receive(), R"(2/thrower,0["q"])");
  client.send(R"(3/thrower,0[])");
  client.send(R"(2/thrower,["x"])");
  EXPECT_EQ(client.receive(), R"(2/thrower,1["q"])");
  client.send("1/thrower,");
  client.connect("/thrower");
  expect_alive(client);
}

TEST_F(Handlers, UnhandledEventsAndBadJsonHaveHandlersOfTheirOwn) {
  server.of("/").on_unhandled([](Event& event) { event.socket().emit("unhandled", event.name()); });
  server.of("/").on_bad_json([](Event& event) { event.socket().emit("bad json"); });
  start();
  SocketIoClient client(server.port());
  client.send(R"(2["nobody"])");
  EXPECT_EQ(client.receive(), R"(2["unhandled","nobody"])");
  client.send(R"(2[12])");
  EXPECT_EQ(client.receive(), R"(2["unhandled","12"])");
  client.send(R"(2["sync",{"a":1,"a":2}])");
  EXPECT_EQ(client.receive(), R"(2["bad json"])");
  client.send(R"(25["s\u0079nc"])");
  EXPECT_EQ(client.receive(), "35[]");
}

TEST_F(Handlers, DisconnectSends41AndKeepsTheSession) {
  start();
  SocketIoClient other(server.port());
  SocketIoClient client(server.port());
  client.send(R"(2["end"])");
  EXPECT_EQ(client.receive(), "1");
  EXPECT_EQ(log.next(), "server namespace disconnect");
  EXPECT_EQ(other.receive(), R"(2["left","server namespace disconnect"])");
  client.connect("/");
  expect_alive(client);
  EXPECT_TRUE(log.empty());
}

TEST_F(Handlers, DisconnectOfTheSessionSends41AndCloses) {
  server.of("/second").on_disconnect(
      [this](Socket&, DisconnectReason reason) { log.add("second: " + std::string(to_string(reason))); });
  start();
  SocketIoClient client(server.port());
  client.connect("/second");
  client.send(R"(2["end",true])");
  EXPECT_EQ(client.receive(), "1");
  EXPECT_EQ(client.websocket().close_code(), 0U);
  EXPECT_EQ(client.wire().read_to_end(), "");
  EXPECT_EQ(log.next(), "server namespace disconnect");
  EXPECT_EQ(log.next(), "second: forced close");
}

TEST_F(Handlers, DisconnectOverPollingReachesTheClientBeforeTheEnd) {
  start();
  PollingClient client(server.port());
  client.post("40");
  client.packets(1);
  client.begin_poll();
  client.post(R"(42["end",true])");
  EXPECT_EQ(client.end_poll().body, "41");
  EXPECT_EQ(client.poll().body, "1");
  EXPECT_EQ(client.poll().status, 400);
  PollingClient later(server.port());
  later.post("40");
  later.packets(1);
  EXPECT_EQ(later.post(R"(42["end",true])").body, "ok");
  EXPECT_EQ(later.poll().body, "41");
  EXPECT_EQ(later.poll().body, "1");
  EXPECT_EQ(later.poll().status, 400);
}

TEST_F(Handlers, CloseOfTheSessionLetsOutWhatWasSentBefore) {
  start();
  SocketIoClient client(server.port());
  client.send(R"(2["close"])");
  client.send(R"(29["sync"])");  // too late
  EXPECT_EQ(client.receive(), R"(2["last words"])");
  EXPECT_EQ(client.websocket().close_code(), 0U);
  EXPECT_EQ(log.next(), "forced close");
}

TEST_F(Handlers, EndsOfTheClientHaveTheirReasons) {
  start();
  {
    SocketIoClient client(server.port());
    client.send("1");
    EXPECT_EQ(log.next(), "client namespace disconnect");
    client.connect("/");
    client.websocket().send("1");
    EXPECT_EQ(log.next(), "transport close");
    EXPECT_EQ(client.websocket().close_code(), 0U);
  }
  {
    SocketIoClient client(server.port());
    client.wire().send(WebSocketClient::frame(8, "\x03\xE8"));
    EXPECT_EQ(client.websocket().close_code(), 1000U);
    EXPECT_EQ(log.next(), "transport close");
  }
  SocketIoClient(server.port()).wire().close();
  EXPECT_EQ(log.next(), "transport close");
  SocketIoClient(server.port()).wire().reset();
  EXPECT_EQ(log.next(), "transport error");
  {
    SocketIoClient client(server.port());
    client.send("nonsense");
    EXPECT_EQ(client.websocket().close_code(), 0U);
    EXPECT_EQ(log.next(), "parse error");
  }
  SocketIoClient client(server.port());
  client.wire().send("\xC1");  // RSV1
  EXPECT_EQ(client.websocket().close_code(), 1002U);
  EXPECT_EQ(log.next(), "transport error");
}

TEST_F(Handlers, VolatileEventsGoOutOnlyIfTheTransportIsReady) {
  start();
  SocketIoClient websocket(server.port());
  websocket.send(R"(2["busy"])");
  EXPECT_EQ(websocket.receive(), R"(2["volatile",1])");
  EXPECT_EQ(websocket.receive(), R"(51-["volatile",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(websocket.websocket().receive().payload, "blob");
  PollingClient polling(server.port());
  polling.post("40");
  polling.packets(1);
  polling.post(R"(42["busy"])");  // no poll waits: both are dropped, attachment and all
  polling.post(R"(429["sync"])");
  EXPECT_EQ(polling.poll().body, "439[]");
  polling.begin_poll();
  // The poll may still be on its way when the POST is there; it is known to wait once a volatile event gets through.
  Reply reply;
  for (;;) {
    polling.post(R"(42["busy"])");
    if (polling.polls().wire().is_quiet(1)) continue;
    reply = polling.end_poll();
    break;
  }
  EXPECT_EQ(reply.body.substr(0, reply.body.find('\x1e')), R"(42["volatile",1])");
}

TEST_F(Handlers, DrainedIsToldWhenEverythingHasLeft) {
  server.of("/").on_drained([this](Socket& socket) {
    EXPECT_EQ(socket.engine().waiting_bytes(), 0U);
    if (socket.handshake().query.contains("watched")) log.add("drained");
  });
  start();
  const std::string query = "/socket.io/?EIO=4&watched&transport=";
  WebSocketClient websocket(server.port(), query + "websocket");
  websocket.send("40");
  EXPECT_EQ(log.next(), "drained");
  PollingClient polling(server.port(), "/socket.io/", "&watched");
  polling.post("40");
  server.on_shard(0, [] {});
  server.on_shard(1, [] {});
  EXPECT_TRUE(log.empty());
  polling.packets(1);
  EXPECT_EQ(log.next(), "drained");
  polling.post(R"(429["sync"])");
  server.on_shard(0, [] {});
  server.on_shard(1, [] {});
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(polling.poll().body, "439[]");
  EXPECT_EQ(log.next(), "drained");
}

}  // namespace
}  // namespace sio::test
