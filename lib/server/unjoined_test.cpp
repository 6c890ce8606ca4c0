// What sessions may cost that nobody vouches for: those that have joined no namespace yet, and floods that are still
// allowed (E5–E7, S2, S6).
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "counting_new.hpp"
#include "ids.hpp"
#include "moved_clock.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

struct Unjoined : testing::Test {
  void start(const SocketIoOptions& options) {
    server.server().serve_socket_io(options);
    server.of("/").on_connection([](Socket&, json::Value) {});
    server.start();
  }
  void settle() {
    for (unsigned round = 0; round < 4; ++round) {
      for (unsigned shard = 0; shard < 2; ++shard) server.on_shard(shard, [] {});
    }
  }
  void advance(Milliseconds by) {
    settle();
    clock.advance(by);
    settle();
  }
  bool is_open(PollingClient& client) { return HttpClient(server.port()).get(client.target()).status == 200; }

  TestServer server{threads(2)};
  StoppedClock clock;  // runs again before the server stops, which takes time
};

// The chat's time and size (E6). A session that nobody answers for costs memory as long as it lives.
SocketIoOptions strict() {
  SocketIoOptions options;
  options.engine.session.ping_interval = Milliseconds(60'000);
  options.connect_timeout = Milliseconds(10'000);
  options.unjoined_bytes_max = 4 * 1'024;
  return options;
}

TEST_F(Unjoined, E6_IsClosedAfterConnectTimeoutAndNotBefore) {
  start(strict());
  SocketIoClient websocket(server.port(), "");
  PollingClient polling(server.port());
  polling.begin_poll();
  SocketIoClient joined(server.port());
  advance(Milliseconds(9'900));
  EXPECT_TRUE(websocket.wire().is_quiet(0));
  EXPECT_TRUE(polling.polls().wire().is_quiet(0));
  advance(Milliseconds(200));
  EXPECT_EQ(websocket.websocket().close_code(), 0U);
  EXPECT_EQ(polling.end_poll().body, "1");
  EXPECT_TRUE(joined.wire().is_quiet(0));
}

TEST_F(Unjoined, E6_RefusedConnectsDoNotProlongIt) {
  start(strict());
  SocketIoClient client(server.port(), "");
  advance(Milliseconds(9'900));
  client.send("0/nowhere,");
  EXPECT_EQ(client.receive(), R"(4/nowhere,{"message":"Invalid namespace"})");
  advance(Milliseconds(200));
  EXPECT_EQ(client.websocket().close_code(), 0U);
}

TEST_F(Unjoined, E6_DefaultsAreThoseOfTheReference) {
  start({});
  SocketIoClient client(server.port(), "");
  advance(Milliseconds(24'900));
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(Milliseconds(200));
  EXPECT_EQ(client.websocket().receive().payload, "2");
  client.websocket().send("3");
  advance(Milliseconds(19'800));
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(Milliseconds(200));
  EXPECT_EQ(client.websocket().close_code(), 0U);  // 45 s
}

TEST_F(Unjoined, E6_MessagesOverTheLimitCloseItAndOnesAtItDoNot) {
  start(strict());
  const auto connect = [](std::size_t bytes) { return R"(0{"t":")" + std::string(bytes - 9, 'x') + R"("})"; };
  ASSERT_EQ(connect(4'096).size(), 4'096U);
  SocketIoClient good(server.port(), "");
  good.send(connect(4'096));
  EXPECT_TRUE(good.receive().starts_with("0{"));
  good.send("2[\"x\",\"" + std::string(100'000, 'x') + "\"]");  // joined: the limit is for others
  good.send("1");
  SocketIoClient bad(server.port(), "");
  bad.send(connect(4'097));
  EXPECT_EQ(bad.websocket().close_code(), 0U);
  PollingClient polling(server.port());
  EXPECT_EQ(polling.post('4' + connect(4'097)).status, 400);
  EXPECT_FALSE(is_open(polling));
}

// Page 1.2: whoever knows the id can read and write the session. Of 300 ids every bit of the secret has both values
// (all the same by chance: once in 2^292).
TEST_F(Unjoined, E7_SessionIdsHave128BitsThatAllVary) {
  static_assert(sizeof(SessionSecret) == 16);
  start(strict());
  SessionSecret ones{};
  SessionSecret zeros{};
  std::set<std::string> ids;
  HttpClient http(server.port());
  for (int i = 0; i < 300; ++i) {
    const std::string sid = sid_in(http.get("/socket.io/?EIO=4&transport=polling").body);
    ids.insert(sid);
    const SessionSecret secret = parse_session_id(sid).value().secret;
    for (std::size_t byte = 0; byte < secret.size(); ++byte) {
      ones[byte] = static_cast<char>(ones[byte] | secret[byte]);
      zeros[byte] = static_cast<char>(zeros[byte] | ~secret[byte]);
    }
  }
  EXPECT_EQ(ids.size(), 300U);
  for (std::size_t byte = 0; byte < ones.size(); ++byte) {
    EXPECT_EQ(static_cast<unsigned char>(ones[byte]), 0xFF) << byte;
    EXPECT_EQ(static_cast<unsigned char>(zeros[byte]), 0xFF) << byte;
  }
}

// Fifteen a second are allowed for ever; they must cost nothing that stays.
TEST_F(Unjoined, E5_UnaskedPongsCostNoTimersAndNoMemory) {
  SocketIoOptions options;
  options.engine.session.ping_timeout = Milliseconds(60'000);
  start(options);
  SocketIoClient client(server.port());
  const auto timers = [this] {
    std::size_t count = 0;
    for (unsigned shard = 0; shard < 2; ++shard) {
      server.on_shard(shard, [&] { count += server.server().shard(shard).timers().size(); });
    }
    return count;
  };
  const auto send_pongs = [&](int seconds) {
    for (int second = 0; second < seconds; ++second) {
      std::string frames;
      for (int i = 0; i < 5; ++i) {
        frames +=
            WebSocketClient::frame(1, "3") + WebSocketClient::frame(10, "unasked") + WebSocketClient::frame(1, "6");
      }
      client.wire().send(frames);
      advance(Milliseconds(1'000));
    }
  };
  settle();
  const std::size_t timers_before = timers();
  send_pongs(20);
  const std::size_t before = allocations().live_bytes;
  send_pongs(200);
  EXPECT_EQ(timers(), timers_before);
  EXPECT_LT(allocations().live_bytes, before + 4 * 1'024);
  client.send("1");
  client.send("0");
  EXPECT_TRUE(client.receive().starts_with("0{"));  // still there
}

// S2: whoever is nobody yet gets no memory for attachments.
TEST_F(Unjoined, S2_BinaryDataClosesIt) {
  start(strict());
  SocketIoClient header(server.port(), "");
  header.send(R"(51-["x",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(header.websocket().close_code(), 0U);
  SocketIoClient bytes(server.port(), "");
  bytes.websocket().send_binary("x");
  EXPECT_EQ(bytes.websocket().close_code(), 0U);
}

// One session asks for ten thousand names, before it has joined one and after.
TEST_F(Unjoined, S6_TenThousandUnknownNamespacesLeaveNothing) {
  start(strict());
  SocketIoClient client(server.port(), "");
  const std::string long_name = '/' + std::string(200, 'n');
  const auto ask = [&](int begin, int end) {
    for (int i = begin; i < end; ++i) {
      const std::string name = long_name + std::to_string(i);
      client.send('0' + name + R"(,{"token":"x"})");
      ASSERT_EQ(client.receive(), '4' + name + R"(,{"message":"Invalid namespace"})");
    }
    settle();
  };
  ask(0, 100);  // buffers reach their sizes
  const std::size_t before = allocations().live_bytes;
  ask(100, 5'100);
  client.connect("/");
  ask(5'100, 10'100);
  EXPECT_LT(allocations().live_bytes, before + 64 * 1'024);  // their names alone are 2 MB
}

}  // namespace
}  // namespace sio::test
