// What can be done to many sockets at once, over one shard and several.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>

#include "counting_new.hpp"
#include "moved_clock.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

struct Broadcasts : testing::TestWithParam<unsigned> {
  Broadcasts() : server(threads(GetParam())) {
    Namespace& nsp = server.of("/");
    nsp.on("join", [](Socket& socket, const std::vector<std::string>& rooms, Ack ack) {
      for (const std::string& room : rooms) socket.join(room);
      ack();
    });
    nsp.on("rooms", [](Socket& socket, const std::vector<std::string>& rooms, Ack ack) {
      std::vector<bool> in;
      for (const std::string& room : rooms) in.push_back(socket.in_room(room));
      ack(in);
    });
    nsp.on("to others", [](Socket& socket, std::optional<std::string> room) {
      if (room) {
        socket.to(*room).emit("from", socket.id());
      } else {
        socket.broadcast().emit("from", socket.id());
      }
    });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason reason) {
      log.add(socket.id() + " " + std::string(to_string(reason)));
    });
    server.start();
  }
  static std::string ask(SocketIoClient& client, const std::string& event) {
    client.send("27" + event);
    return client.receive();
  }
  // `count` clients, with those of `rooms` joined to theirs.
  std::vector<SocketIoClient> clients(std::size_t count, const std::vector<std::string>& rooms = {}) {
    std::vector<SocketIoClient> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.emplace_back(server.port());
      if (i >= rooms.size()) continue;
      EXPECT_EQ(ask(all.back(), R"(["join",[)" + rooms[i] + "]]"), "37[]");
    }
    return all;
  }
  // From no shard; afterwards everybody gets `end`.
  static void end(Namespace& nsp) { nsp.all().emit("end"); }
  static std::string until_end(SocketIoClient& client) {
    std::string seen;
    for (;;) {
      const std::string packet = client.receive();
      if (packet == R"(2["end"])") return seen;
      seen += packet;
    }
  }

  Log log;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Broadcasts, testing::Values(1U, 3U));

TEST_P(Broadcasts, SocketsBroadcastToAllButThemselves) {
  auto all = clients(3, {R"("x")", R"("x")"});
  all[0].send(R"(2["to others"])");
  for (const std::size_t i : {1U, 2U}) EXPECT_EQ(all[i].receive(), R"(2["from",")" + all[0].sid() + R"("])");
  all[0].send(R"(2["to others","x"])");
  EXPECT_EQ(all[1].receive(), R"(2["from",")" + all[0].sid() + R"("])");
  end(server.of("/"));
  for (SocketIoClient& client : all) EXPECT_EQ(until_end(client), "");
}

TEST_P(Broadcasts, JoinAndLeaveMoveAllTargets) {
  auto all = clients(4, {R"("x")", R"("x","quiet")", R"("y")"});
  server.of("/").to("x").to("y").except("quiet").join("new");
  server.of("/").to("new").emit("hello");
  end(server.of("/"));
  EXPECT_EQ(until_end(all[0]), R"(2["hello"])");
  EXPECT_EQ(until_end(all[1]), "");
  EXPECT_EQ(until_end(all[2]), R"(2["hello"])");
  EXPECT_EQ(until_end(all[3]), "");
  server.of("/").except("y").leave("new");
  end(server.of("/"));
  for (SocketIoClient& client : all) EXPECT_EQ(until_end(client), "");
  EXPECT_EQ(ask(all[0], R"(["rooms",["x","new"]])"), "37[[true,false]]");
  EXPECT_EQ(ask(all[2], R"(["rooms",["y","new"]])"), "37[[true,true]]");
  server.of("/").to(all[3].sid()).join("alone");  // a socket's id is a room
  end(server.of("/"));
  until_end(all[3]);
  EXPECT_EQ(ask(all[3], R"(["rooms",["alone"]])"), "37[[true]]");
}

TEST_P(Broadcasts, DisconnectEndsAllTargets) {
  auto all = clients(4, {R"("out")", R"("out")"});
  server.of("/").to("out").disconnect();
  std::set<std::string> gone = {log.next(), log.next()};
  EXPECT_EQ(gone,
            (std::set{all[0].sid() + " server namespace disconnect", all[1].sid() + " server namespace disconnect"}));
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(all[i].receive(), "1");
    all[i].connect("/");  // the session has stayed
  }
  server.of("/").except(all[3].sid()).disconnect(true);
  for (const std::size_t i : {0U, 1U, 2U}) {
    EXPECT_EQ(all[i].receive(), "1");
    EXPECT_EQ(all[i].websocket().close_code(), 0U);
  }
  end(server.of("/"));
  EXPECT_EQ(until_end(all[3]), "");
}

TEST_P(Broadcasts, ForEachRunsOnTheShardsOfTheSockets) {
  auto all = clients(4, {R"("x")", R"("x")", R"("x")"});
  server.of("/").to("x").for_each([this](Socket& socket) {
    EXPECT_EQ(rt::Shard::current(), &server.server().shard(socket.ref().shard()));
    log.add(socket.id());
    throw std::runtime_error("planned");
  });
  std::set<std::string> seen = {log.next(), log.next(), log.next()};
  EXPECT_EQ(seen, (std::set{all[0].sid(), all[1].sid(), all[2].sid()}));
}

// What a function does to its socket and others must not change whom the call reaches, nor reach those who are gone.
TEST_P(Broadcasts, TargetsAreChosenBeforeTheFirstIsTouched) {
  auto all = clients(6, {R"("x")", R"("x")", R"("x")", R"("x")", R"("x")", R"("x")"});
  std::atomic<unsigned> called{0};
  server.of("/").to("x").for_each([&](Socket& socket) {
    EXPECT_TRUE(socket.connected());
    ++called;
    server.of("/").local().for_each({}, [](Socket& each) { each.disconnect(); });
  });
  for (SocketIoClient& client : all) EXPECT_EQ(client.receive(), "1");
  server.stop();
  EXPECT_EQ(called, GetParam());  // the first of each shard, who ends all others there
}

TEST_P(Broadcasts, VolatileEventsReachWhoIsReady) {
  auto all = clients(2);
  PollingClient polling(server.port());
  polling.post("40");
  polling.packets(1);
  server.of("/").all().emit_volatile("volatile", 1);  // no poll waits
  for (unsigned shard = 0; shard < GetParam(); ++shard) server.on_shard(shard, [] {});
  server.of("/").all().emit("end");
  for (SocketIoClient& client : all) EXPECT_EQ(until_end(client), R"(2["volatile",1])");
  EXPECT_EQ(polling.packets(1)[0], R"(42["end"])");
}

// R4: however many get it, the bytes of a message are there once.
TEST(BroadcastMemory, R4_OneCopyOfTheBytesForAll) {
  TestServer server(threads(1));
  SocketIoOptions options;
  options.engine.session.outbox_bytes_max = 8'000'000;
  server.server().serve_socket_io(options);
  server.of("/");
  server.start();
  std::vector<PollingClient> all;  // nothing is sent as long as nobody polls
  for (int i = 0; i < 20; ++i) {
    all.emplace_back(server.port());
    all.back().post("40");
    all.back().packets(1);
  }
  const std::string text(1'000'000, 'x');
  std::size_t kept = 0;
  server.on_shard(0, [&] {
    const std::size_t before = allocations().live_bytes;
    server.of("/").all().emit("big", text);
    kept = allocations().live_bytes - before;
  });
  EXPECT_GE(kept, text.size());
  // The encoder's own text, which it keeps for the next one, may come to as much and what it grows by.
  EXPECT_LE(kept, 4 * text.size());
  for (PollingClient& client : all) EXPECT_EQ(client.packets(1)[0], R"(42["big",")" + text + R"("])");
}

struct BroadcastAcks : Broadcasts {
  BroadcastAckCallback logger() {
    return [this](const BroadcastAnswers& all) {
      EXPECT_EQ(rt::Shard::current(), &server.server().shard(home));
      std::vector<std::string> texts;
      for (const auto& each : all.answers) texts.push_back(each.text);
      std::sort(texts.begin(), texts.end());
      std::string entry = "missing " + std::to_string(all.missing);
      for (const std::string& text : texts) entry += " " + text;
      answers.add(entry);
    };
  }
  // The number of a question `2<number>["q"]`.
  static std::string id_in(const std::string& packet) { return packet.substr(1, packet.find('[') - 1); }
  // Has every shard look at the clock, and do what is due.
  void wake() {
    for (int round = 0; round < 2; ++round) {
      for (unsigned shard = 0; shard < GetParam(); ++shard) server.on_shard(shard, [] {});
    }
  }
  unsigned home = 0;
  Log answers;
};

INSTANTIATE_TEST_SUITE_P(Shards, BroadcastAcks, testing::Values(1U, 3U));

TEST_P(BroadcastAcks, AnswersOfAllShardsAreCollected) {
  auto all = clients(5, {R"("x")", R"("x")", R"("x")", R"("x")"});
  server.of("/").to("x").emit_with_ack("q", Arguments::of(1), 60s, logger());
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string question = all[i].receive();
    ASSERT_TRUE(question.ends_with(R"(["q",1])")) << question;
    EXPECT_TRUE(answers.empty());
    all[i].send("3" + id_in(question) + "[" + std::to_string(i) + "]");
    all[i].send("3" + id_in(question) + "[9]");  // a second one counts for nothing
  }
  EXPECT_EQ(answers.next(), "missing 0 [0] [1] [2] [3]");
  end(server.of("/"));
  EXPECT_EQ(until_end(all[4]), "");
}

TEST_P(BroadcastAcks, ThoseWhoDoNotAnswerAreCounted) {
  auto all = clients(3);
  const StoppedClock clock;
  server.of("/").all().emit_with_ack("q", {}, 20s, logger());
  const std::string first = all[0].receive();
  all[0].send("3" + id_in(first) + R"(["yes"])");
  EXPECT_EQ(ask(all[0], R"(["rooms",[]])"), "37[[]]");  // the answer has come
  all[1].receive();
  all[2].receive();  // all are asked, so their time runs
  all[1].wire().close();
  EXPECT_EQ(log.next(), all[1].sid() + " transport close");
  StoppedClock::advance(19'900ms);
  wake();
  EXPECT_TRUE(answers.empty());
  StoppedClock::advance(200ms);
  wake();
  EXPECT_EQ(answers.next(), R"(missing 2 ["yes"])");
  EXPECT_TRUE(answers.empty());
}

TEST_P(BroadcastAcks, NobodyToAskIsAnAnswerToo) {
  home = GetParam() - 1;
  server.on_shard(home, [&] {
    server.of("/").all().emit_with_ack("q", {}, 60s, logger());
    EXPECT_TRUE(answers.empty());  // not during the call
  });
  EXPECT_EQ(answers.next(), "missing 0");
}

// The numbers of questions to all and of a socket's own must not meet.
TEST_P(BroadcastAcks, QuestionsOfBothKindsAreToldApart) {
  auto all = clients(1);
  server.of("/").all().emit_with_ack("all", {}, 60s, logger());
  server.of("/").all().for_each([this](Socket& socket) {
    socket.emit_with_ack("one", {}, 60s, [this](AckStatus, json::Value arguments, std::span<const SharedBytes>) {
      log.add(std::string(arguments.text()));
    });
  });
  const std::string to_all = all[0].receive();
  const std::string to_one = all[0].receive();
  EXPECT_NE(id_in(to_all), id_in(to_one));
  all[0].send("3" + id_in(to_one) + "[1]");
  EXPECT_EQ(log.next(), "[1]");
  all[0].send("3" + id_in(to_all) + "[2]");
  EXPECT_EQ(answers.next(), "missing 0 [2]");
}

TEST_P(BroadcastAcks, CoroutinesWaitForAll) {
  server.of("/other").on("vote", [](Socket& socket, std::string what, Ack ack) -> Detached {
    const unsigned shard = rt::Shard::current()->index();
    const BroadcastAnswers votes = co_await socket.broadcast().emit_with_ack("vote on", 60s, what);
    EXPECT_EQ(rt::Shard::current()->index(), shard);
    int sum = 0;
    for (const auto& vote : votes.answers) sum += vote.get<int>(0).value_or(0);
    ack(sum, votes.complete());
  });
  std::vector<SocketIoClient> all;
  for (int i = 0; i < 3; ++i) all.emplace_back(server.port(), "/other");
  all[0].send(R"(2/other,8["vote","tea"])");
  for (int i = 1; i < 3; ++i) {
    const std::string question = all[static_cast<std::size_t>(i)].receive();
    EXPECT_TRUE(question.ends_with(R"(["vote on","tea"])")) << question;
    const std::string id = question.substr(8, question.find('[') - 8);
    all[static_cast<std::size_t>(i)].send("3/other," + id + "[" + std::to_string(10 * i) + "]");
  }
  EXPECT_EQ(all[0].receive(), "3/other,8[30,true]");
}

TEST_P(BroadcastAcks, EndOfTheServerEndsTheWaiting) {
  auto all = clients(3);
  server.of("/").all().emit_with_ack("q", {}, 60s, logger());
  for (SocketIoClient& client : all) {
    client.receive();
    client.wire().close();
  }
  server.stop();  // by now it was called, or is destroyed with the server
}

}  // namespace
}  // namespace sio::test
