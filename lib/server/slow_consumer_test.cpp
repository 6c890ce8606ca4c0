// Clients that do not take what is sent to them: they end at the bound of their outbox, the others notice nothing.
#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

struct SlowConsumer : testing::Test {
  SlowConsumer() : server(threads(1)) {
    SocketIoOptions options;
    options.engine.session.outbox_bytes_max = 256 * 1024;
    options.engine.session.outbox_packets_max = 64;
    server.server().serve_socket_io(options);
    Namespace& nsp = server.of("/");
    nsp.on_connection([](Socket& socket, json::Value) { socket.join("all"); });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason reason) {
      socket.nsp().to("all").except("quiet").emit("left");
      log.add(std::string(to_string(reason)));
    });
    nsp.on("quiet", [](Event& event) {
      event.socket().join("quiet");
      event.acknowledge({});
    });
    nsp.on("flood", [](Event& event) {
      const std::string text(16 * 1024, 'f');
      while (event.socket().connected()) event.socket().emit("flood", text);
    });
    nsp.on("two big", [](Event& event) {
      const std::string text(160 * 1024, 'b');
      event.socket().emit("big", text);
      event.socket().emit("big", text);
    });
    server.start();
  }

  Log log;
  TestServer server;
};

TEST_F(SlowConsumer, R3_ReaderThatStopsIsClosedAtTheBoundAndOthersAreUnaffected) {
  SocketIoClient healthy(server.port());
  SocketIoClient stuck(server.port(), "/", 4 * 1024);
  const std::string text(16 * 1024, 'x');
  int sent = 0;
  for (; log.empty() && sent < 2'000; ++sent) {
    server.of("/").to("all").emit("news", sent, text);
    ASSERT_EQ(healthy.receive(), R"(2["news",)" + std::to_string(sent) + ",\"" + text + "\"]");
  }
  EXPECT_EQ(log.next(), "slow consumer");
  EXPECT_GT(sent, 16);  // not before 256 KiB waited
  EXPECT_EQ(healthy.receive(), R"(2["left"])");
  server.on_shard(0, [&] { EXPECT_EQ(server.of("/").local().sockets().size(), 1U); });
}

// Much of one turn is no sign of a client that does not read: what the socket takes at once does not wait.
TEST_F(SlowConsumer, R3_ReaderWhoGetsMuchInOneTurnIsNotSlow) {
  SocketIoClient reader(server.port());
  reader.send(R"(2["two big"])");
  const std::string big = R"(2["big",")" + std::string(160 * 1024, 'b') + "\"]";
  EXPECT_EQ(reader.receive(), big);
  EXPECT_EQ(reader.receive(), big);
  EXPECT_TRUE(log.empty());
}

// Its own handler may be the one who overdoes it; it sees the end at once.
TEST_F(SlowConsumer, R3_EndsWithinTheSendThatIsTooMuch) {
  SocketIoClient flooded(server.port());
  flooded.send(R"(2["flood"])");
  EXPECT_EQ(log.next(), "slow consumer");
  EXPECT_EQ(flooded.websocket().close_code(), 0U);
  SocketIoClient next(server.port());
}

// One turn brings more messages than may wait; a client that takes them is not slow, whatever its transport can take in
// that turn.
TEST_F(SlowConsumer, R3_ReaderWhoGetsManyInOneTurnIsNotSlow) {
  constexpr int kMany = 1'000;
  SocketIoClient reader(server.port());
  PollingClient poller(server.port());
  poller.post("40");
  poller.packets(1);
  server.on_shard(0, [&] {
    for (int i = 0; i < kMany; ++i) server.of("/").all().emit("n", i);
  });
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(reader.receive(), R"(2["n",)" + std::to_string(i) + "]");
  int last = kMany;
  for (int got = 0; got < last;) {
    for (const std::string& packet : poller.packets(1)) {
      ASSERT_EQ(packet, R"(42["n",)" + std::to_string(got++) + "]");
    }
    if (last < kMany + 40) server.on_shard(0, [&] { server.of("/").all().emit("n", last++); });  // meanwhile
  }
  EXPECT_TRUE(log.empty());
}

// What the kernel did not take is counted to the byte and message; a slow client that reads again gets what had left,
// the rest of the message that it has a part of, and a close frame; the rest is dropped at once.
TEST_F(SlowConsumer, R3_WhatTheKernelDidNotTakeWaitsAndGoesWithTheSession) {
  constexpr std::size_t kSent = 6'000;
  SocketIoOptions options;
  TestServer large(threads(1));
  options.engine.session.outbox_bytes_max = 64'000'000;
  large.server().serve_socket_io(options);
  large.of("/").on_connection([](Socket& socket, json::Value) { socket.join("all"); });
  large.start();
  SocketIoClient stuck(large.port(), "/", 4 * 1024);
  const std::string text(1'024, 'x');
  std::size_t waiting = 0;
  std::size_t bytes = 0;
  const auto socket = [&] { return large.of("/").local().sockets().front(); };
  large.on_shard(0, [&] {
    for (std::size_t i = 0; i < kSent; ++i) socket()->emit("n", text);
  });
  large.on_shard(0, [&] {
    waiting = socket()->engine().waiting_packets();
    bytes = socket()->engine().waiting_bytes();
    socket()->engine().close(DisconnectReason::slow_consumer);
  });
  EXPECT_GT(waiting, 128U);
  EXPECT_GT(bytes, waiting * 1'024);
  EXPECT_LT(bytes, waiting * 1'060);
  std::size_t received = 0;
  while (stuck.websocket().receive().opcode == 1) ++received;
  EXPECT_GE(received + waiting, kSent);
  EXPECT_LE(received + waiting, kSent + 1);
}

// One message a turn to a WebSocket that does not read: 64 may wait, no more.
TEST_F(SlowConsumer, R3_WebSocketThatStopsIsClosedAtTheBoundOfMessages) {
  SocketIoClient stuck(server.port(), "/", 4 * 1024);
  const std::string text(16 * 1024, 'x');
  std::size_t waiting = 0;
  const auto look = [&] { waiting = server.of("/").local().sockets().front()->engine().waiting_packets(); };
  for (int i = 0; i < 2'000 && waiting == 0; ++i) {
    server.of("/").all().emit("n", text);
    server.on_shard(0, [] {});
    server.on_shard(0, look);  // in a turn of its own: that before has been written
  }
  ASSERT_GT(waiting, 0U);
  for (; waiting < 64; ++waiting) {
    server.of("/").all().emit("n");
    server.on_shard(0, [] {});
    ASSERT_TRUE(log.empty()) << waiting;
  }
  server.of("/").all().emit("n");
  EXPECT_EQ(log.next(), "slow consumer");
  EXPECT_EQ(server.server().load().slow_by_outbox, 1U);
}

TEST_F(SlowConsumer, R3_PacketsAreBoundedToo) {
  PollingClient idle(server.port());
  idle.post("40");
  idle.packets(1);
  for (int i = 0; i < 64; ++i) server.of("/").all().emit("n");
  server.on_shard(0, [] {});
  EXPECT_TRUE(log.empty());
  server.of("/").all().emit("n");
  EXPECT_EQ(log.next(), "slow consumer");
  EXPECT_EQ(idle.poll().status, 400);
}

// The send that ends one session makes its handlers emit: whoever the first emission excepted must not get it by that.
TEST_F(SlowConsumer, R3_EmissionGoesOnAsChosenThoughASendEndsASession) {
  SocketIoClient excepted(server.port());
  excepted.send(R"(20["quiet"])");
  EXPECT_EQ(excepted.receive(), "30[]");
  PollingClient idle(server.port());
  idle.post("40");
  idle.packets(1);
  SocketIoClient other(server.port());
  server.on_shard(0, [&] {
    for (int i = 0; i < 64; ++i) server.of("/").to("all").except("quiet").except(other.sid()).emit("n");
  });
  server.on_shard(0, [&] {
    server.of("/").to("all").to(other.sid()).except("quiet").emit("last");
    server.of("/").all().emit("end");
  });
  EXPECT_EQ(log.next(), "slow consumer");
  EXPECT_EQ(excepted.receive(), R"(2["end"])");
  EXPECT_EQ(other.receive(), R"(2["left"])");
  EXPECT_EQ(other.receive(), R"(2["last"])");
  EXPECT_EQ(other.receive(), R"(2["end"])");
}

TEST(OneCopy, R4_OfTheBytesForAllWhoGetThem) {
  TestServer server(threads(2));
  server.of("/");
  server.start();
  std::vector<PollingClient> idle;
  for (int i = 0; i < 30; ++i) {
    idle.emplace_back(server.port());
    idle.back().post("40");
    idle.back().packets(1);
  }
  const std::string text(kLargeAllocation, 'x');
  const std::size_t before = allocations().large;
  server.of("/").all().emit("news", text);
  for (unsigned shard = 0; shard < 2; ++shard) server.on_shard(shard, [] {});
  EXPECT_LT(allocations().large - before, 10U);  // arguments, encoding, the shared bytes; not one for each of 30
  for (PollingClient& client : idle) EXPECT_EQ(client.poll().body.size(), kLargeAllocation + 13);
}

}  // namespace
}  // namespace sio::test
