// The time limits of HTTP connections at their defaults, under a clock that the test moves; and clients that end their
// half of a connection.
#include <gtest/gtest.h>

#include "moved_clock.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

constexpr Milliseconds kAlmost{100};
constexpr std::size_t kLargeBytes = 50'000'000;

struct HttpTime : testing::Test {
  HttpTime() : server(threads(2)) {
    HttpRouter& http = server.server().http();
    const auto length = [](const RouteRequest& request) {
      http::Response response;
      response.body = std::to_string(request.http.body.size());
      return response;
    };
    http.add({.method = "POST", .pattern = "/post", .body_bytes_max = 100'000, .handler = length});
    http.add({.method = "GET", .pattern = "/large", .handler = [](const RouteRequest&) {
                http::Response response;
                response.body.assign(kLargeBytes, 'x');
                return response;
              }});
    http.add({.method = "GET", .pattern = "/slow", .run_on = RunOn::pool, .handler = [this](const RouteRequest&) {
                held.add("");
                release.next();
                http::Response response;
                response.body = "slow";
                return response;
              }});
    server.server().serve_socket_io({});
    server.of("/");
    server.start();
  }

  // Lets the shards do what has arrived: accept, hand over, read.
  void settle() {
    for (unsigned round = 0; round < 4; ++round) {
      for (unsigned shard = 0; shard < 2; ++shard) server.on_shard(shard, [] {});
    }
  }
  // The shards then have called every timer that became due.
  void advance(Milliseconds by) {
    settle();
    clock.advance(by);
    settle();
  }
  std::string post_head(const HeaderLines& headers) { return HttpClient::head_of("POST", "/post", headers); }

  Log held;
  Log release;
  TestServer server;
  StoppedClock clock;  // runs again before the server stops, which takes time
};

TEST_F(HttpTime, H6_HeadMustBeThereAfter10Seconds) {
  HttpClient slow(server.port());
  slow.wire().send("GET / HTT");
  advance(Milliseconds(10'000) - kAlmost);
  slow.wire().send("P/1.1\r\nHost: t");  // one more byte buys no more time
  settle();
  EXPECT_TRUE(slow.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_EQ(slow.wire().read_to_end(), "");
}

TEST_F(HttpTime, H6_SilentConnectionEndsAfter10Seconds) {
  Wire silent(server.port());
  advance(Milliseconds(10'000) - kAlmost);
  EXPECT_TRUE(silent.is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(HttpTime, H6_BodyMayNotBeSlowerThanOneKibibyteASecond) {
  HttpClient slow(server.port());
  slow.wire().send(post_head({{"Content-Length", "100000"}}));
  for (int second = 0; second < 5; ++second) {
    slow.wire().send("xxxxxxxxxx");
    EXPECT_TRUE(slow.wire().is_quiet(0));
    advance(Milliseconds(1'000) - kAlmost / 5);
  }
  advance(2 * kAlmost);  // 50 bytes have bought 49 ms beyond the first five seconds
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_EQ(slow.wire().read_to_end(), "");
}

TEST_F(HttpTime, H6_BodyOfOneKibibyteASecondIsTaken) {
  HttpClient steady(server.port());
  steady.wire().send(post_head({{"Transfer-Encoding", "chunked"}}));
  for (int second = 0; second < 20; ++second) {
    steady.wire().send("400\r\n" + std::string(1'024, 'x') + "\r\n");
    advance(Milliseconds(1'000));
    ASSERT_TRUE(steady.wire().is_quiet(0)) << second;
  }
  steady.wire().send("0\r\n\r\n");
  EXPECT_EQ(steady.receive().body, "20480");
}

TEST_F(HttpTime, H6_BodyMustBeThereAfter30Seconds) {
  HttpClient steady(server.port());
  steady.wire().send(post_head({{"Content-Length", "100000"}}));
  for (int second = 0; second < 29; ++second) {
    steady.wire().send(std::string(2'000, 'x'));
    advance(Milliseconds(1'000));
    ASSERT_TRUE(steady.wire().is_quiet(0)) << second;
  }
  advance(Milliseconds(1'000) + kAlmost);
  EXPECT_EQ(steady.receive().status, 408);
}

// An orderly end would leave megabytes in the kernel, offered to a peer that takes nothing. The limit is on standing
// still; the kernel's buffers hold less than the ten megabytes that are read here to see that the server goes on.
TEST_F(HttpTime, H6_StalledAnswerIsResetAfter20Seconds) {
  constexpr std::size_t kMuch = 10'000'000;
  Wire stalled(server.port(), 4 * 1024);
  stalled.send(HttpClient::head_of("GET", "/large"));
  for (int pause = 0; pause < 2; ++pause) {
    EXPECT_EQ(stalled.read(kMuch).size(), kMuch);
    settle();
    advance(Milliseconds(20'000) - kAlmost);
  }
  EXPECT_EQ(stalled.read(kMuch).size(), kMuch);
  advance(Milliseconds(20'000) + kAlmost);
  EXPECT_LT(stalled.read_to_end().size(), kMuch);
  EXPECT_TRUE(stalled.was_reset());
}

TEST_F(HttpTime, IdleConnectionIsKeptFor75Seconds) {
  HttpClient idle(server.port());
  EXPECT_EQ(idle.get("/").status, 404);
  advance(Milliseconds(75'000) - kAlmost);
  EXPECT_TRUE(idle.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(idle.wire().read_to_end(), "");
}

// `printf … | nc`, and clients that use the end of their half as a sign that they want no second request.
TEST_F(HttpTime, ClientThatEndsItsHalfGetsTheAnswersToItsRequests) {
  HttpClient http(server.port());
  http.wire().send(HttpClient::head_of("GET", "/slow") + HttpClient::head_of("GET", "/first") +
                   post_head({{"Content-Length", "3"}}) + "abcGET / HTTP/1.1\r\nHost: half");
  http.wire().end_sending();
  held.next();
  settle();
  release.add("");
  EXPECT_EQ(http.receive().body, "slow");
  EXPECT_EQ(http.receive().status, 404);
  EXPECT_EQ(http.receive().body, "3");
  EXPECT_EQ(http.wire().read_to_end(), "");
  EXPECT_FALSE(http.wire().was_reset());
}

TEST_F(HttpTime, LargeAnswerArrivesThoughTheClientHasEndedItsHalf) {
  HttpClient http(server.port());
  http.wire().send(HttpClient::head_of("GET", "/large"));
  http.wire().end_sending();
  settle();
  EXPECT_EQ(http.receive().body.size(), kLargeBytes);
  EXPECT_EQ(http.wire().read_to_end(), "");
}

TEST_F(HttpTime, PostIsAnsweredThoughTheClientHasEndedItsHalf) {
  PollingClient client(server.port());
  HttpClient post(server.port());
  post.wire().send(HttpClient::head_of("POST", client.target(), {{"Content-Length", "2"}}) + "40");
  post.wire().end_sending();
  EXPECT_EQ(post.receive().body, "ok");
  EXPECT_TRUE(client.packets(1).front().starts_with("40{"));
}

// Page 1.5: whoever drops a waiting poll has left, and an end of the half looks the same.
TEST_F(HttpTime, WaitingPollOfAClientThatHasEndedItsHalfEndsItsSession) {
  PollingClient client(server.port());
  client.begin_poll();
  settle();
  client.polls().wire().end_sending();
  EXPECT_EQ(client.polls().wire().read_to_end(), "");
  settle();
  EXPECT_EQ(client.posts().get(client.target()).status, 400);
}

TEST_F(HttpTime, UpgradeOfAClientThatHasEndedItsHalfIsNotBegun) {
  Wire wire(server.port());
  wire.send(HttpClient::head_of("GET", "/slow") +
            WebSocketClient::upgrade_request("/socket.io/?EIO=4&transport=websocket"));
  wire.end_sending();
  held.next();
  settle();
  release.add("");
  EXPECT_EQ(wire.read_to_end().find("101"), std::string::npos);
}

}  // namespace
}  // namespace sio::test
