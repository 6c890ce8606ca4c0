// R7: a shard that handles things late takes no new work, until it is calm again; who is there already goes on.
#include <gtest/gtest.h>

#include "moved_clock.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

constexpr char kHandshake[] = "/socket.io/?EIO=4&transport=polling";

struct Overload : testing::Test {
  Overload() : server(options()) {
    HttpRouter& http = server.server().http();
    const auto text = [](const RouteRequest&) {
      http::Response response;
      response.body = "here";
      return response;
    };
    http.add({.method = "GET", .pattern = "/shard", .handler = text});
    http.add({.method = "GET", .pattern = "/pool", .run_on = RunOn::pool, .handler = text});
    server.of("/").on("echo", [](Event& event) { event.socket().emit("echo"); });
    server.start();
  }
  static ServerOptions options() {
    ServerOptions options;
    options.threads = 1;
    return options;
  }
  // One handler that takes so long. The clock moves within a turn only, or while there is none (idle()).
  void be_late(Milliseconds by) {
    server.on_shard(0, [by] { StoppedClock::advance(by); });
    server.on_shard(0, [] {});
  }
  // So much time passes with many handlers of which none takes long.
  void go_on(Milliseconds by) {
    for (; by.count() > 0; by -= Milliseconds(100)) be_late(std::min(by, Milliseconds(100)));
  }
  // Waits until the shard waits: it tells the lag of a turn when that is over.
  void idle() {
    server.on_shard(0, [by = ++lag] { StoppedClock::advance(by); });
    while (server.server().load().turn_lag < lag) std::this_thread::yield();
  }
  Reply ask(const std::string& target) {
    HttpClient client(server.port());
    return client.get(target);
  }

  Milliseconds lag{0};
  TestServer server;
  StoppedClock clock;
};

TEST_F(Overload, R7_LateShardRefusesHandshakesUntilItIsCalm) {
  SocketIoClient there(server.port());
  be_late(Milliseconds(250));
  EXPECT_EQ(ask(kHandshake).status, 200);
  be_late(Milliseconds(251));
  const Reply refused = ask(kHandshake);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.header("content-type"), "application/json");
  EXPECT_EQ(refused.body, R"({"code":4,"message":"Overloaded"})");
  Wire websocket(server.port());
  websocket.send(WebSocketClient::upgrade_request("/socket.io/?EIO=4&transport=websocket"));
  EXPECT_TRUE(websocket.read_to("\r\n\r\n").starts_with("HTTP/1.1 503 "));
  there.send(R"(2["echo"])");
  EXPECT_EQ(there.receive(), R"(2["echo"])");
  EXPECT_EQ(server.server().load().refused, 2U);
  EXPECT_EQ(server.server().load().turn_lag, Milliseconds(251));
  go_on(Milliseconds(999));
  EXPECT_EQ(ask(kHandshake).status, 503);
  go_on(Milliseconds(2));
  EXPECT_EQ(ask(kHandshake).status, 200);
}

// A session that is there may still change its transport.
TEST_F(Overload, R7_UpgradesOfSessionsGoOn) {
  PollingClient there(server.port());
  be_late(Milliseconds(300));
  WebSocketClient probe(server.port(), there.upgrade_target());
  probe.send("2probe");
  EXPECT_EQ(probe.message(), "3probe");
}

// What would begin work is refused; what is answered at once is answered.
TEST_F(Overload, R7_RequestsForPoolsAreRefusedToo) {
  be_late(Milliseconds(300));
  const Reply refused = ask("/pool");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(ask("/shard").body, "here");
  go_on(Milliseconds(1'001));
  EXPECT_EQ(ask("/pool").body, "here");
}

// Waiting for something to do is not being late.
TEST_F(Overload, R7_IdleTimeIsNoLag) {
  for (int i = 0; i < 3; ++i) {
    idle();
    clock.advance(Milliseconds(5'000));
    EXPECT_EQ(ask(kHandshake).status, 200);
  }
  EXPECT_LE(server.server().load().turn_lag, lag);
}

}  // namespace
}  // namespace sio::test
