// The budget of all that waits for clients: over it the most stalled go, wherever they are, and nobody else.
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace sio::test {
namespace {

constexpr std::size_t kBudget = 1024 * 1024;
constexpr std::size_t kPiece = 240 * 1024;  // four of them fit

struct Named final : SocketData {
  std::string name;
};

struct Waiting : testing::Test {
  Waiting() : server(options()) {
    server.server().serve_socket_io({});
    Namespace& nsp = server.of("/");
    nsp.on_connection([](Socket& socket, json::Value auth) {
      auto named = std::make_unique<Named>();
      named->name = auth.find("name")->as_string().value();
      socket.join(named->name);
      socket.set_data(std::move(named));
    });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason reason) {
      log.add(socket.data<Named>().name + ": " + std::string(to_string(reason)));
    });
    server.server().http().add({.method = "GET", .pattern = "/large", .handler = [](const RouteRequest&) {
                                  http::Response response;
                                  response.body.assign(50'000'000, 'x');
                                  return response;
                                }});
    server.start();
  }
  static ServerOptions options() {
    ServerOptions options = threads(2);
    options.waiting_bytes_max = kBudget;
    return options;
  }

  PollingClient join(const std::string& name) {
    PollingClient client(server.port());
    client.post(R"(40{"name":")" + name + "\"}");
    client.packets(1);
    return client;
  }
  // Told on both shards; afterwards all has been counted.
  void emit(const std::string& name, std::size_t bytes) {
    server.of("/").to(name).emit("n", std::string(bytes, 'x'));
    settle();
  }
  void settle() {
    for (int round = 0; round < 4; ++round) {
      for (unsigned shard = 0; shard < 2; ++shard) server.on_shard(shard, [] {});
    }
  }
  ServerLoad load() { return server.server().load(); }

  Log log;
  TestServer server;
};

TEST_F(Waiting, R3_OverTheBudgetTheMostStalledGoFirstOnWhateverShard) {
  std::vector<PollingClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(join(std::to_string(i)));
  const Wire odd(
      server.port());  // connections are dealt out in turn, and each client has two: the others live elsewhere
  for (int i = 4; i < 8; ++i) clients.push_back(join(std::to_string(i)));
  for (int i = 0; i < 4; ++i) emit(std::to_string(i), kPiece);
  EXPECT_TRUE(log.empty());
  EXPECT_GT(load().waiting_bytes, 4 * kPiece);
  for (int i = 4; i < 8; ++i) {
    emit(std::to_string(i), kPiece);
    EXPECT_EQ(log.next(), std::to_string(i - 4) + ": slow consumer");
  }
  EXPECT_TRUE(log.empty());
  EXPECT_LE(load().waiting_bytes, kBudget);
  EXPECT_EQ(load().slow_by_budget, 4U);
  EXPECT_EQ(load().slow_by_outbox, 0U);
  for (int i = 4; i < 8; ++i) EXPECT_EQ(clients[static_cast<std::size_t>(i)].packets(1).size(), 1U);
  settle();
  EXPECT_EQ(load().waiting_bytes, 0U);
}

// Who takes some of it, however little, has moved.
TEST_F(Waiting, R3_WhoTakesSomethingIsNotStalled) {
  PollingClient slow = join("slow");
  PollingClient still = join("still");
  for (int i = 0; i < 40; ++i) server.of("/").to("slow").emit("n", std::string(kPiece / 20, 'x'));
  settle();
  emit("still", kPiece);
  slow.packets(1);
  emit("still", kPiece);
  emit("still", kPiece);
  EXPECT_TRUE(log.empty());
  emit("still", kPiece);
  EXPECT_EQ(log.next(), "still: slow consumer");
  EXPECT_GE(slow.packets(1).size(), 1U);
}

// A message to many is held once, and counts for each: the budget is never above what it says.
TEST_F(Waiting, R3_SharedBytesCountForEachWhoWaitsForThem) {
  std::vector<PollingClient> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(join("all"));
  emit("all", kPiece);
  const std::size_t each = kPiece + std::string_view(R"(42["n",""])").size();
  EXPECT_EQ(load().waiting_bytes, 3 * (each + 64));
}

// A session that the server has ended keeps what polls may still fetch, for 30 s; not if others need the room.
TEST_F(Waiting, R3_WhatIsLeftOfEndedSessionsGoesToo) {
  PollingClient left = join("left");
  server.of("/").to("left").emit("n", std::string(kPiece, 'x'));
  server.of("/").to("left").disconnect(true);
  EXPECT_EQ(log.next(), "left: server namespace disconnect");
  PollingClient other = join("other");
  for (int i = 0; i < 3; ++i) emit("other", kPiece);
  EXPECT_EQ(load().slow_by_budget, 0U);
  emit("other", kPiece / 2);
  EXPECT_EQ(left.poll().status, 400);
  EXPECT_EQ(load().slow_by_budget, 1U);
  EXPECT_TRUE(log.empty());
}

// Answers to requests wait as well.
TEST_F(Waiting, R3_AnswersThatNobodyReadsCountAndGo) {
  Wire stalled(server.port(), 4 * 1024);
  stalled.send(HttpClient::head_of("GET", "/large"));
  EXPECT_LT(stalled.read_to_end().size(), 50'000'000U);
  EXPECT_TRUE(stalled.was_reset());
  settle();
  EXPECT_EQ(load().waiting_bytes, 0U);
  EXPECT_EQ(load().slow_by_budget, 1U);
}

// What a WebSocket's kernel did not take is part of it, and is let go of at once.
TEST_F(Waiting, R3_StalledWebSocketsCountAndGo) {
  SocketIoClient stuck(server.port(), "", 4 * 1024);
  stuck.connect("/", R"({"name":"stuck"})");
  for (int i = 0; i < 400 && log.empty(); ++i) emit("stuck", 64 * 1024);
  EXPECT_EQ(log.next(), "stuck: slow consumer");
  settle();
  EXPECT_LE(load().waiting_bytes, 17 * 1024U);
}

}  // namespace
}  // namespace sio::test
