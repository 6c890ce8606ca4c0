// Connection state recovery over one shard and several: what a client that lost its connection gets back.
#include <gtest/gtest.h>

#include "test_recovery.hpp"

namespace sio::test {
namespace {

struct Recovered : testing::TestWithParam<unsigned> {
  Recovered() : server(threads(GetParam())) {
    RecoveryOptions options;
    options.clock = clock.reader();
    options.limits.events_max = 200;
    options.limits.sessions_max = 4;
    SocketIoOptions socket_io;
    socket_io.recovery = options;
    server.server().serve_socket_io(socket_io);
    for (const char* name : {"/", "/other"}) set_up(server.of(name));
    server.start();
  }
  void set_up(Namespace& nsp) {
    serve_rooms(nsp);
    nsp.on_connection([this](Socket& socket, json::Value) {
      if (!socket.recovered()) {
        socket.set_data(std::make_unique<Name>("name of " + socket.id()));
        socket.emit("hello");
      }
      log.add((socket.recovered() ? "back " : "new ") + socket.id());
    });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason reason) {
      log.add("gone " + socket.id() + (reason == DisconnectReason::client_namespace_disconnect ? " by 41" : ""));
    });
    nsp.on("who", [](Event& event) { event.acknowledge(Arguments::of(event.socket().data<Name>().name)); });
    nsp.on("end", [](Event& event) { event.socket().disconnect(); });
    nsp.on("all", [&nsp](Event&) { nsp.all().emit("all"); });
    nsp.on("others", [](Event& event) {
      event.socket().broadcast().emit("others");
      event.acknowledge({});
    });
  }
  // A new client that has an offset.
  ReturningClient client(const std::string& nsp = "/") {
    ReturningClient made(server.port(), nsp);
    EXPECT_FALSE(made.confirmed());
    EXPECT_EQ(made.event(), "2" + made.prefix() + R"(["hello"])");
    EXPECT_EQ(log.next(), "new " + made.sid());
    return made;
  }
  void lose(ReturningClient& client) {
    client.lose();
    EXPECT_EQ(log.next(), "gone " + client.sid());
  }
  Namespace& nsp() { return server.of("/"); }
  // Every shard has sent what was emitted before.
  void settle() {
    for (unsigned shard = 0; shard < GetParam(); ++shard) server.on_shard(shard, [] {});
  }

  Log log;
  TestClock clock;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Recovered, testing::Values(1U, 2U, 4U));

TEST_P(Recovered, ClientGetsItsIdRoomsDataAndWhatItMissed) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  a.join(R"("x")");
  nsp().to("x").emit("seen");
  EXPECT_EQ(a.event(), R"(2["seen"])");
  lose(a);
  nsp().to("x").emit("to x", 1);
  nsp().to("y").emit("to y");
  nsp().all().emit("to all", "text");
  nsp().to(sid).emit("to its id");
  nsp().all().except("x").emit("not to x");
  nsp().to("x").to("y").emit("to both");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sid(), sid);
  EXPECT_EQ(a.event(), R"(2["to x",1])");
  EXPECT_EQ(a.event(), R"(2["to all","text"])");
  EXPECT_EQ(a.event(), R"(2["to its id"])");
  EXPECT_EQ(a.event(), R"(2["to both"])");
  EXPECT_EQ(log.next(), "back " + sid);
  a.raw().send(R"(27["who"])");
  EXPECT_EQ(a.raw().receive(), R"(37["name of )" + sid + R"("])");
  nsp().to("x").emit("live");
  EXPECT_EQ(a.event(), R"(2["live"])");
}

TEST_P(Recovered, NothingThatWasReceivedComesAgain) {
  ReturningClient a = client();
  for (int i = 0; i < 5; ++i) nsp().all().emit("n", i);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(a.event(), R"(2["n",)" + std::to_string(i) + "]");
  lose(a);
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["n",3]2["n",4])");
}

TEST_P(Recovered, AgainAndAgain) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  a.join(R"("x")");
  for (int i = 0; i < 10; ++i) {
    lose(a);
    nsp().to("x").emit("n", i);
    ASSERT_TRUE(a.come_back());
    EXPECT_EQ(log.next(), "back " + sid);
    EXPECT_EQ(a.sid(), sid);
    EXPECT_EQ(a.sync(), R"(2["n",)" + std::to_string(i) + "]");
  }
  lose(a);
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), "");
}

// The connection breaks again before the client has read a thing.
TEST_P(Recovered, WhatWasSentIntoABrokenConnectionIsSentAgain) {
  ReturningClient a = client();
  lose(a);
  nsp().all().emit("missed");
  a.connect();
  EXPECT_EQ(log.next(), "back " + a.sid());
  lose(a);
  nsp().all().emit("and this");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["missed"]2["and this"])");
}

TEST_P(Recovered, DirectEmissionsThatWereLostAreSentAgain) {
  ReturningClient a = client();
  ReturningClient b = client();
  const auto emit = [&](const char* event) {
    for (unsigned shard = 0; shard < GetParam(); ++shard) {
      server.on_shard(shard, [&] {
        for (Socket* socket : nsp().local().sockets()) socket->emit(event, socket->id());
      });
    }
  };
  emit("seen");
  EXPECT_EQ(a.event(), R"(2["seen",")" + a.sid() + R"("])");
  emit("lost");
  lose(a);
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["lost",")" + a.sid() + R"("])");
  EXPECT_EQ(b.sync(), R"(2["seen",")" + b.sid() + R"("]2["lost",")" + b.sid() + R"("])");
}

TEST_P(Recovered, BinaryEventsComeWithTheirAttachments) {
  ReturningClient a = client();
  lose(a);
  nsp().all().emit("up", SharedBytes(std::string_view("one")), 7, SharedBytes(std::string_view("\0\xFF", 2)));
  nsp().all().emit("after");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.event(), R"(52-["up",{"_placeholder":true,"num":0},7,{"_placeholder":true,"num":1}])");
  EXPECT_EQ(a.raw().websocket().receive().payload, "one");
  EXPECT_EQ(a.raw().websocket().receive().payload, std::string("\0\xFF", 2));
  EXPECT_EQ(a.event(), R"(2["after"])");
}

TEST_P(Recovered, RoomsCountFromWhenTheyWereJoinedToWhenTheyWereLeft) {
  ReturningClient a = client();
  nsp().to("x").emit("before");
  settle();
  a.join(R"("x")");
  nsp().to("x").emit("within");
  nsp().all().emit("all");
  EXPECT_EQ(a.event(), R"(2["within"])");
  const std::string early = a.offset();
  EXPECT_EQ(a.event(), R"(2["all"])");
  nsp().to("x").emit("last");
  settle();
  a.leave(R"("x")");
  nsp().to("x").emit("after");
  lose(a);
  a.set_offset(early);  // what came after it was lost
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["all"]2["last"])");
}

TEST_P(Recovered, WhatItSentToTheOthersStaysWithThem) {
  ReturningClient a = client();
  ReturningClient b = client();
  const std::string before = a.offset();
  EXPECT_EQ(a.until_ack(R"(["others"])"), "");
  EXPECT_EQ(b.event(), R"(2["others"])");
  nsp().all().emit("last");
  EXPECT_EQ(a.event(), R"(2["last"])");
  lose(a);
  a.set_offset(before);
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["last"])");
}

// Its id names a shard and a place where it does not live any more.
TEST_P(Recovered, RoomOfItsIdIsFoundFromEveryShard) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  for (unsigned i = 0; i <= GetParam(); ++i) {
    lose(a);
    ASSERT_TRUE(a.come_back());
    EXPECT_EQ(log.next(), "back " + sid);
    for (unsigned shard = 0; shard < GetParam(); ++shard) {
      server.on_shard(shard, [&] { nsp().to(sid).emit("to its id"); });
      EXPECT_EQ(a.event(), R"(2["to its id"])");
    }
    a.leave('"' + sid + '"');
    nsp().all().except(sid).emit("not to it");
    nsp().to(sid).emit("to its id");
    settle();
    EXPECT_EQ(a.sync(), R"(2["to its id"])");
  }
}

TEST_P(Recovered, ReferencesFromBeforeFindNothing) {
  ReturningClient a = client();
  const auto ref_of_only_socket = [&] {
    SocketRef ref;
    for (unsigned shard = 0; shard < GetParam(); ++shard) {
      server.on_shard(shard, [&] {
        for (Socket* socket : nsp().local().sockets()) ref = socket->ref();
      });
    }
    return ref;
  };
  const SocketRef before = ref_of_only_socket();
  lose(a);
  ASSERT_TRUE(a.come_back());
  const SocketRef after = ref_of_only_socket();
  EXPECT_NE(before, after);
  nsp().with_socket(before, [](Socket& socket) { socket.emit("never"); });
  nsp().with_socket(after, [](Socket& socket) { socket.emit("found"); });
  EXPECT_EQ(a.event(), R"(2["found"])");
}

// ---- who is new

TEST_P(Recovered, WhoLeftIsNotRecovered) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  a.raw().send("1");
  EXPECT_EQ(log.next(), "gone " + sid + " by 41");
  EXPECT_FALSE(a.come_back());
  EXPECT_NE(a.sid(), sid);
}

TEST_P(Recovered, WhoWasSentAwayIsNotRecovered) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  a.raw().send(R"(2["end"])");
  EXPECT_EQ(a.raw().receive(), "1");
  EXPECT_EQ(log.next(), "gone " + sid);
  EXPECT_FALSE(a.come_back());
  EXPECT_NE(a.sid(), sid);
}

TEST_P(Recovered, WhoBrokeTheProtocolIsNotRecovered) {
  ReturningClient a = client();
  a.raw().send("2{}");
  EXPECT_EQ(log.next(), "gone " + a.sid());
  EXPECT_FALSE(a.come_back());
}

TEST_P(Recovered, WhoComesTooLateIsNew) {
  ReturningClient in_time = client();
  ReturningClient late = client();
  lose(in_time);
  lose(late);
  clock.advance(Milliseconds(120'000));
  EXPECT_TRUE(in_time.come_back());
  clock.advance(Milliseconds(1));
  const std::string sid = late.sid();
  const std::string pid = late.pid();
  EXPECT_FALSE(late.come_back());
  EXPECT_NE(late.sid(), sid);
  EXPECT_NE(late.pid(), pid);
}

TEST_P(Recovered, NothingButTheRightPidAndAKnownOffsetOpensASession) {
  ReturningClient a = client();
  ReturningClient other = client();
  const std::string pid = a.pid();
  lose(a);
  const std::string right = R"("pid":")" + pid + R"(","offset":")" + a.offset() + '"';
  const auto is_new = [&](const std::string& payload) {
    ReturningClient guess(server.port(), "/", payload);
    EXPECT_FALSE(guess.confirmed()) << payload;
    EXPECT_NE(guess.sid(), a.sid()) << payload;
    EXPECT_NE(guess.pid(), pid) << payload;
    EXPECT_EQ(log.next(), "new " + guess.sid());
    guess.raw().send("1");
    EXPECT_EQ(log.next(), "gone " + guess.sid() + " by 41");
  };
  for (const std::size_t at : {std::size_t{0}, std::size_t{12}, pid.size() - 1}) {  // of the key, of the secret
    std::string wrong = pid;
    wrong[at] = wrong[at] == 'A' ? 'B' : 'A';
    is_new(R"("pid":")" + wrong + R"(","offset":")" + a.offset() + '"');
  }
  is_new(R"("pid":")" + pid + '"');
  is_new(R"("offset":")" + a.offset() + '"');
  is_new(R"("pid":null,"offset":null)");
  is_new(R"("pid":7,"offset":8)");
  is_new(R"("pid":["a"],"offset":{})");
  is_new(R"("pid":"","offset":"")");
  is_new(R"("pid":")" + a.sid() + R"(","offset":")" + a.offset() + '"');
  for (const std::string offset : {"", "1", "nonsense", "00000000-1"}) {
    is_new(R"("pid":")" + pid + R"(","offset":")" + offset + '"');
  }
  is_new(R"("pid":")" + pid + R"(","offset":")" + a.offset() + " \"");
  ReturningClient right_one(server.port(), "/", right);
  right_one.confirmed();
  EXPECT_EQ(right_one.sid(), a.sid());
  EXPECT_EQ(right_one.pid(), pid);
}

// An offset that the server gave, but not to this one.
TEST_P(Recovered, OffsetFromTheFutureIsUnknown) {
  ReturningClient a = client();
  ReturningClient b = client();
  b.join(R"("b")");
  lose(a);
  nsp().to("b").emit("not for a");
  b.event();
  a.set_offset(b.offset());
  EXPECT_FALSE(a.come_back());
}

TEST_P(Recovered, SessionIsRecoveredOnce) {
  ReturningClient a = client();
  lose(a);
  ReturningClient twin(server.port(), "/", a.connect_packet().substr(2, a.connect_packet().size() - 3));
  twin.confirmed();
  EXPECT_EQ(twin.sid(), a.sid());
  EXPECT_EQ(log.next(), "back " + a.sid());
  twin.raw().send("1");
  EXPECT_EQ(log.next(), "gone " + a.sid() + " by 41");
  EXPECT_FALSE(a.come_back());
}

// The server has not noticed yet that the old connection is lost.
TEST_P(Recovered, WhoComesBackEarlyEndsItsOldConnection) {
  ReturningClient a = client();
  const std::string sid = a.sid();
  a.join(R"("x")");
  nsp().to("x").emit("lost");
  const std::unique_ptr<SocketIoClient> old = a.take_connection();
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sid(), sid);
  EXPECT_EQ(log.next(), "gone " + sid);
  EXPECT_EQ(log.next(), "back " + sid);
  EXPECT_EQ(a.sync(), R"(2["lost"])");
  nsp().to("x").emit("live");
  EXPECT_EQ(a.event(), R"(2["live"])");
  std::size_t sockets = 0;
  for (unsigned shard = 0; shard < GetParam(); ++shard) {
    server.on_shard(shard, [&] { sockets += nsp().local().sockets().size(); });
  }
  EXPECT_EQ(sockets, 1U);
  EXPECT_EQ(old->websocket().close_code(), 0U);
}

// ---- bounds

TEST_P(Recovered, EventsThatAreGoneMakeItNew) {
  for (const int others : {198, 199}) {
    ReturningClient a = client();
    nsp().all().emit("seen");
    a.event();
    nsp().all().emit("lost");
    settle();
    lose(a);
    for (int i = 0; i < others; ++i) nsp().to("nobody").emit("n");  // the last one drops "seen"
    EXPECT_EQ(a.come_back(), others == 198);
    EXPECT_EQ(log.next(), (others == 198 ? "back " : "new ") + a.sid());
    a.raw().send("1");
    log.next();
  }
}

// It had all that it was sent, so the old events need not be there.
TEST_P(Recovered, QuietClientNeedsNoEventsFromBeforeItLeft) {
  ReturningClient a = client();
  for (int i = 0; i < 500; ++i) nsp().to("nobody").emit("n");
  settle();
  lose(a);
  nsp().all().emit("missed");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sync(), R"(2["missed"])");
}

TEST_P(Recovered, OldestSessionGoesFirst) {
  std::vector<ReturningClient> clients;  // five on each shard, in turn
  for (unsigned i = 0; i < 5 * GetParam(); ++i) clients.push_back(client());
  for (ReturningClient& each : clients) {
    lose(each);
    clock.advance(Milliseconds(1));
  }
  settle();  // their ends are told before they are kept
  for (unsigned i = 0; i < clients.size(); ++i) EXPECT_EQ(clients[i].come_back(), i >= GetParam()) << i;
}

TEST_P(Recovered, MoreThanAnOutboxIsNotSentAfter) {
  ReturningClient some = client();
  ReturningClient much = client();
  some.join(R"("some")");
  lose(some);
  lose(much);
  const std::string large(40'000, 'x');
  for (int i = 0; i < 10; ++i) nsp().to("some").to(much.sid()).emit("large", large);
  for (int i = 0; i < 10; ++i) nsp().to(much.sid()).emit("large", large);
  EXPECT_TRUE(some.come_back());
  EXPECT_EQ(some.sync().size(), 10 * (large.size() + 13));
  EXPECT_FALSE(much.come_back());
}

// ---- several namespaces, order

TEST_P(Recovered, NamespacesAreRecoveredEachByItself) {
  ReturningClient a = client();
  ReturningClient b = client("/other");
  EXPECT_NE(a.pid(), b.pid());
  lose(a);
  lose(b);
  nsp().all().emit("here");
  server.of("/other").all().emit("there");
  a.set_pid(b.pid());
  EXPECT_FALSE(a.come_back());
  EXPECT_TRUE(b.come_back());
  EXPECT_EQ(b.sync(), R"(2/other,["there"])");
}

// One session, two namespaces: both come back over the next one, each with its own pid.
TEST_P(Recovered, BothNamespacesOfOneSession) {
  ReturningClient a = client();
  SocketIoClient& raw = a.raw();
  raw.send("0/other,");
  const std::string confirmation = raw.receive();
  const std::string other_sid = sid_in(confirmation);
  const std::string hello = raw.receive();
  EXPECT_EQ(log.next(), "new " + other_sid);
  const std::string other_pid = json::Value(std::string_view(confirmation).substr(8)).find("pid")->as_string().value();
  EXPECT_NE(other_pid, a.pid());
  a.lose();
  EXPECT_EQ(log.next(), "gone " + other_sid);
  EXPECT_EQ(log.next(), "gone " + a.sid());
  server.of("/other").all().emit("there");
  ASSERT_TRUE(a.come_back());
  a.raw().send(R"(0/other,{"pid":")" + other_pid + R"(","offset":")" + last_text(hello) + R"("})");
  EXPECT_EQ(a.raw().receive(), R"(0/other,{"sid":")" + other_sid + R"(","pid":")" + other_pid + R"("})");
  EXPECT_TRUE(a.raw().receive().starts_with(R"(2/other,["there",")"));
}

TEST_P(Recovered, PollingClientsAreRecoveredToo) {
  PollingClient a(server.port());
  a.post("40");
  const auto first = a.packets(2);
  const std::string sid = sid_in(first[0]);
  const std::string pid = json::Value(std::string_view(first[0]).substr(2)).find("pid")->as_string().value();
  EXPECT_EQ(log.next(), "new " + sid);
  a.begin_poll();
  a.posts().request("POST", a.target(), "3");  // so that the poll is known to wait
  a.polls().wire().reset();
  EXPECT_EQ(log.next(), "gone " + sid);
  nsp().all().emit("missed");
  PollingClient again(server.port());
  again.post(R"(40{"pid":")" + pid + R"(","offset":")" + last_text(first[1]) + R"("})");
  const auto packets = again.packets(2);
  EXPECT_EQ(packets[0], R"(40{"sid":")" + sid + R"(","pid":")" + pid + R"("})");
  EXPECT_TRUE(packets[1].starts_with(R"(42["missed",")"));
}

}  // namespace
}  // namespace sio::test
