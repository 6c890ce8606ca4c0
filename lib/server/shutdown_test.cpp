// The end of a server, with whatever is open then.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct Shutdown : testing::TestWithParam<unsigned> {
  Shutdown() : server(options()) {
    server.of("/").on_disconnect([this](Socket&, DisconnectReason reason) { log.add(std::string(to_string(reason))); });
    server.of("/").on("sync", [](Event& event) { event.acknowledge({}); });
    server.server().http().add(
        {.method = "GET", .pattern = "/hold", .run_on = RunOn::pool, .handler = [this](const RouteRequest&) {
           held.add("held");
           release.next();
           return http::Response{};
         }});
    server.start();
  }
  static ServerOptions options() {
    ServerOptions options = threads(GetParam());
    options.shutdown_timeout = Milliseconds(300);
    return options;
  }

  Log log;
  Log held;
  Log release;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Shutdown, testing::Values(1U, 4U));

TEST_P(Shutdown, F22_WithNothingOpenItIsOverAtOnce) { server.stop(); }

TEST_P(Shutdown, F22_TransportsEndWithout41) {
  SocketIoClient websocket(server.port());
  PollingClient polling(server.port());
  polling.post("40");
  polling.packets(1);
  polling.begin_poll();
  server.server().stop();
  EXPECT_EQ(log.next(), "server shutting down");
  EXPECT_EQ(log.next(), "server shutting down");
  EXPECT_EQ(websocket.websocket().close_code(), 0U);
  // The poll may have come in too late to be answered.
  const std::string answer = polling.polls().wire().read_to_end();
  EXPECT_TRUE(answer.empty() || answer.ends_with("\r\n\r\n1")) << answer;
  websocket.wire().close();
  server.stop();
}

// Connections of every kind that never end by themselves.
TEST_P(Shutdown, F22_EndsWithinItsTimeWhateverIsOpen) {
  std::vector<SocketIoClient> silent;  // do not answer the close frame
  for (int i = 0; i < 4; ++i) silent.emplace_back(server.port());
  std::vector<PollingClient> polling;
  for (int i = 0; i < 4; ++i) polling.emplace_back(server.port());
  for (PollingClient& client : polling) client.begin_poll();
  PollingClient upgrading(server.port());
  WebSocketClient probe(server.port(), upgrading.upgrade_target());
  probe.send("2probe");
  EXPECT_EQ(probe.message(), "3probe");
  Wire idle(server.port());
  Wire half_head(server.port());
  half_head.send("GET / HTTP/1.1\r\n");
  HttpClient half_body(server.port());
  half_body.wire().send(HttpClient::head_of("POST", upgrading.target(), {{"Content-Length", "10"}}) + "4");
  HttpClient waiting(server.port());
  waiting.send("GET", "/hold");
  held.next();
  const TimePoint before = std::chrono::steady_clock::now();
  server.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, Milliseconds(5'000));
  EXPECT_THROW(Wire(server.port()), std::runtime_error);
  release.add("");
}

TEST_P(Shutdown, F22_RequestsUnderWayAreAnswered) {
  HttpClient waiting(server.port());
  waiting.send("GET", "/hold");
  held.next();
  server.server().stop();
  for (unsigned shard = 0; shard < GetParam(); ++shard) server.on_shard(shard, [] {});
  release.add("");
  const Reply reply = waiting.receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("connection"), "close");
  waiting.wire().close();
  server.stop();
}

TEST_P(Shutdown, ApplicationSaysGoodbyeBeforeTheSessionsEnd) {
  server.server().on_stopping([this] {
    EXPECT_EQ(rt::Shard::current(), &server.server().shard(0));
    server.of("/").all().emit("goodbye", 1);
  });
  server.server().on_stopping([] { throw std::runtime_error("planned"); });
  server.server().on_stopping([this] { server.of("/").all().emit("goodbye", 2); });
  std::vector<SocketIoClient> clients;
  for (unsigned i = 0; i < GetParam() + 1; ++i) clients.emplace_back(server.port());
  server.server().stop();
  server.server().stop();
  for (SocketIoClient& client : clients) {
    EXPECT_EQ(client.receive(), R"(2["goodbye",1])");
    EXPECT_EQ(client.receive(), R"(2["goodbye",2])");
    EXPECT_EQ(client.websocket().close_code(), 0U);
    client.wire().close();
  }
  server.stop();
}

TEST_P(Shutdown, MayBeAskedForTwiceAndFromAHandler) {
  server.of("/").with_socket({}, [](Socket&) {});
  SocketIoClient client(server.port());
  server.on_shard(GetParam() - 1, [&] { server.server().stop(); });
  server.server().stop();
  server.stop();
}

// What waits in mailboxes and in the application when the server goes must find nothing gone that it needs.
TEST(ServerEnd, WhatIsStillPendingIsDroppedWithoutHarm) {
  std::optional<ConnectRequest> kept;
  Log asked;
  {
    TestServer server(threads(2));
    server.of("/").use([&](ConnectRequest request) {
      kept.emplace(std::move(request));
      asked.add("");
    });
    server.start();
    SocketIoClient client(server.port(), "");
    client.send("0");
    asked.next();
    client.wire().close();
    server.stop();
    server.server().shard(1).post([request = std::move(*kept)] {});
    server.of("/").all().emit("nobody");
  }
}

TEST(ServerEnd, StopBeforeTheRunEndsItAtOnce) {
  Server server(threads(2));
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  server.stop();
  server.run();
}

// One that never ran has nothing to end.
TEST(ServerEnd, ServerThatNeverRanMayGo) {
  Server server(threads(2));
  server.of("/").all().emit("nobody");
  ASSERT_TRUE(server.listen("127.0.0.1:0"));
  server.stop();
}

}  // namespace
}  // namespace sio::test
