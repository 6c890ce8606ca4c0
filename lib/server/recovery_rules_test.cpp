// Recovery's rules beside the way back itself: off, what gets an offset, middlewares, order.
#include <gtest/gtest.h>

#include <algorithm>

#include "test_recovery.hpp"

namespace sio::test {
namespace {

TEST(RecoveryOff, NothingOfItIsOnTheWire) {
  TestServer server(threads(2));
  serve_rooms(server.of("/"));
  greet(server.of("/"));
  server.start();
  SocketIoClient a(server.port(), "");
  a.send(R"(0{"pid":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","offset":"00000000-1"})");
  const std::string confirmation = a.receive();
  EXPECT_EQ(confirmation, R"(0{"sid":")" + sid_in(confirmation) + R"("})");
  EXPECT_EQ(a.receive(), R"(2["hello",false,"nobody"])");
  server.of("/").all().emit("plain");
  EXPECT_EQ(a.receive(), R"(2["plain"])");
}

TEST(RecoveryOff, ANamespaceMayDiffer) {
  TestServer server(threads(2));
  SocketIoOptions options;
  options.recovery = RecoveryOptions{};
  server.server().serve_socket_io(options);
  for (const char* name : {"/", "/off"}) greet(server.of(name));
  server.of("/off").set_recovery(std::nullopt);
  server.start();
  SocketIoClient a(server.port(), "");
  a.send("0/off,");
  EXPECT_EQ(a.receive().find("pid"), std::string::npos);
  EXPECT_EQ(a.receive(), R"(2/off,["hello",false,"nobody"])");
  a.send("0");
  EXPECT_NE(a.receive().find(R"(,"pid":")"), std::string::npos);
  EXPECT_NE(last_text(a.receive()), "nobody");
}

struct RecoveryRules : testing::Test {
  RecoveryRules() : server(threads(2)) {
    options.clock = clock.reader();
    serve_rooms(nsp());
    greet(nsp());
    nsp().on_disconnect([this](Socket&, DisconnectReason reason) { log.add(std::string(to_string(reason))); });
  }
  Namespace& nsp() { return server.of("/"); }
  void start() {
    nsp().set_recovery(options);
    server.start();
  }
  void lose(ReturningClient& client) {
    client.lose();
    EXPECT_TRUE(log.next().starts_with("transport "));
  }

  RecoveryOptions options;
  Log log;
  Log asked;  // by a middleware, which then waits for
  Log decide;
  TestClock clock;
  TestServer server;
};

// ---- what gets an offset

TEST_F(RecoveryRules, OffsetsAreForEventsThatWaitForNothing) {
  nsp().on("emit", [](Event& event) {
    Socket& socket = event.socket();
    const SharedBytes bytes{std::string_view("b")};
    socket.emit("plain");
    socket.emit("more", 1, "two");
    socket.emit("binary", bytes);
    socket.send(encode_event("/", "encoded", Arguments::of(3)));
    event.socket().nsp().all().emit("all");
    socket.emit_volatile("volatile", "text");
    socket.emit_with_ack("ask", Arguments::of("text"), Milliseconds(60'000), [](auto, auto, auto) {});
    socket.emit_with_ack("ask", Arguments::of(bytes), Milliseconds(60'000), [](auto, auto, auto) {});
    event.acknowledge(Arguments::of("text"));
  });
  start();
  ReturningClient a(server.port());
  a.confirmed();
  EXPECT_EQ(a.event(), R"(2["hello",false,"nobody"])");
  std::vector<std::string> offsets{a.offset()};
  a.raw().send(R"(25["emit"])");
  for (const char* expected : {R"(2["plain"])", R"(2["more",1,"two"])",
                               R"(51-["binary",{"_placeholder":true,"num":0}])", R"(2["encoded",3])", R"(2["all"])"}) {
    EXPECT_EQ(a.event(), expected);
    offsets.push_back(a.offset());
    if (std::string_view(expected).starts_with('5')) {
      EXPECT_EQ(a.raw().websocket().receive().payload, "b");
    }
  }
  EXPECT_EQ(a.raw().receive(), R"(2["volatile","text"])");
  EXPECT_EQ(a.raw().receive(), R"(20["ask","text"])");
  EXPECT_EQ(a.raw().receive(), R"(51-1["ask",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(a.raw().websocket().receive().payload, "b");
  EXPECT_EQ(a.raw().receive(), R"(35["text"])");
  std::sort(offsets.begin(), offsets.end());
  EXPECT_EQ(std::unique(offsets.begin(), offsets.end()), offsets.end());
}

// In a namespace with a name, ack ids and attachments stand elsewhere.
TEST(RecoveryNamed, OffsetsInANamespaceWithAName) {
  TestServer server(threads(2));
  Namespace& nsp = server.of("/n1");
  nsp.set_recovery(RecoveryOptions{});
  nsp.on("emit", [](Event& event) {
    const SharedBytes bytes{std::string_view("b")};
    event.socket().emit("plain");
    event.socket().emit("binary", bytes);
    event.socket().emit_with_ack("ask", Arguments::of("text"), Milliseconds(60'000), [](auto, auto, auto) {});
  });
  server.start();
  ReturningClient a(server.port(), "/n1");
  a.confirmed();
  a.raw().send(R"(2/n1,["emit"])");
  EXPECT_EQ(a.event(), R"(2/n1,["plain"])");
  EXPECT_EQ(a.event(), R"(51-/n1,["binary",{"_placeholder":true,"num":0}])");
  a.raw().websocket().receive();
  EXPECT_EQ(a.raw().receive(), R"(2/n1,0["ask","text"])");
}

// ---- middlewares

TEST_F(RecoveryRules, MiddlewaresRunAgainAndARefusalLeavesTheSession) {
  nsp().use([](ConnectRequest request) {
    if (request.auth().find("token")->as_int64() != 1) return request.refuse("no");
    request.set_data(std::make_unique<Name>("fresh"));
    request.next();
  });
  start();
  ReturningClient a(server.port(), "/", R"("token":1)");
  EXPECT_FALSE(a.confirmed());
  EXPECT_EQ(a.event(), R"(2["hello",false,"fresh"])");
  lose(a);
  nsp().all().emit("missed");
  a.set_auth(R"("token":2)");
  a.connect();
  EXPECT_EQ(a.raw().receive(), R"(4{"message":"no"})");
  a.set_auth(R"("token":1)");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.event(), R"(2["missed"])");
  EXPECT_EQ(a.event(), R"(2["hello",true,"fresh"])");
}

TEST_F(RecoveryRules, MiddlewareMayDecideLaterAndElsewhere) {
  nsp().use([this](ConnectRequest request) {
    auto held = std::make_shared<ConnectRequest>(std::move(request));
    ASSERT_TRUE(server.server().pool().try_submit([held] { held->accept(std::make_unique<Name>("later")); }));
  });
  start();
  ReturningClient a(server.port());
  EXPECT_FALSE(a.confirmed());
  EXPECT_EQ(a.event(), R"(2["hello",false,"later"])");
  for (int i = 0; i < 20; ++i) {
    lose(a);
    nsp().all().emit("missed", i);
    ASSERT_TRUE(a.come_back());
    EXPECT_EQ(a.event(), R"(2["missed",)" + std::to_string(i) + "]");
    EXPECT_EQ(a.event(), R"(2["hello",true,"later"])");
  }
}

TEST_F(RecoveryRules, MiddlewaresMayBeSkippedForThoseWhoAreRecovered) {
  options.skip_middlewares = true;
  nsp().use([count = std::make_shared<std::atomic<int>>(0)](ConnectRequest request) {
    request.set_data(std::make_unique<Name>("asked " + std::to_string(++*count)));
    request.next();
  });
  start();
  ReturningClient a(server.port());
  EXPECT_FALSE(a.confirmed());
  EXPECT_EQ(a.event(), R"(2["hello",false,"asked 1"])");
  lose(a);
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.event(), R"(2["hello",true,"asked 1"])");
  lose(a);
  clock.advance(Milliseconds(120'001));
  EXPECT_FALSE(a.come_back());  // too late, so it is asked
  EXPECT_EQ(a.event(), R"(2["hello",false,"asked 2"])");
}

// A token of one user with the pid of another.
TEST_F(RecoveryRules, SessionIsOnlyForWhomTheApplicationTakesForTheSame) {
  nsp().use([](ConnectRequest request) {
    request.set_data(std::make_unique<Name>(request.auth().find("user")->as_string().value()));
    request.next();
  });
  options.may_recover = [](const SocketData* kept, const SocketData* fresh) {
    if (static_cast<const Name&>(*fresh).name == "thrower") throw 1;
    return static_cast<const Name&>(*kept).name == static_cast<const Name&>(*fresh).name;
  };
  start();
  ReturningClient a(server.port(), "/", R"("user":"anna")");
  EXPECT_FALSE(a.confirmed());
  a.event();
  const std::string sid = a.sid();
  lose(a);
  for (const char* user : {"bob", "thrower"}) {
    ReturningClient other(
        server.port(), "/",
        R"("user":")" + std::string(user) + R"(","pid":")" + a.pid() + R"(","offset":")" + a.offset() + '"');
    other.confirmed();
    EXPECT_NE(other.sid(), sid);
    EXPECT_EQ(other.event(), R"(2["hello",false,")" + std::string(user) + R"("])");
    lose(other);
  }
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(a.sid(), sid);
}

TEST_F(RecoveryRules, WhoGoesWhileItIsDecidedAboutLeavesTheSession) {
  nsp().use([this](ConnectRequest request) {
    auto held = std::make_shared<ConnectRequest>(std::move(request));
    ASSERT_TRUE(server.server().pool().try_submit([this, held] {
      asked.add("asked");
      decide.next();
      held->accept();
    }));
  });
  start();
  ReturningClient a(server.port());
  decide.add("now");
  EXPECT_FALSE(a.confirmed());
  a.event();
  lose(a);
  asked.next();
  a.connect();
  asked.next();
  a.lose();
  decide.add("now");
  a.connect();
  asked.next();
  decide.add("now");
  EXPECT_TRUE(a.confirmed());
}

// ---- order

TEST_F(RecoveryRules, WhatAHandlerDoesKeepsItsOrder) {
  nsp().on("order", [](Event& event) {
    Socket& socket = event.socket();
    Namespace& all = socket.nsp();
    all.to("x").emit("before it joins");
    socket.join("x");
    all.to("x").emit("to the room");
    event.acknowledge(Arguments::of(1));
    all.to("x").emit("before it leaves");
    socket.leave("x");
    all.to("x").emit("never");
    socket.emit("bye");
    socket.disconnect();
  });
  start();
  ReturningClient a(server.port());
  a.confirmed();
  a.event();
  a.raw().send(R"(21["order"])");
  EXPECT_EQ(a.event(), R"(2["to the room"])");
  EXPECT_EQ(a.raw().receive(), "31[1]");
  EXPECT_EQ(a.event(), R"(2["before it leaves"])");
  EXPECT_EQ(a.event(), R"(2["bye"])");
  EXPECT_EQ(a.raw().receive(), "1");
}

// From another thread: what it does to all shards, in the order in which it does it.
TEST_F(RecoveryRules, WhatOneThreadDoesKeepsItsOrder) {
  start();
  std::vector<ReturningClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.port());
    clients.back().confirmed();
    clients.back().event();
  }
  for (int i = 0; i < 50; ++i) {
    nsp().to("x").emit("never");
    nsp().all().join("x");
    nsp().to("x").emit("one", i);
    nsp().all().for_each([](Socket& socket) { socket.emit("two"); });
    nsp().to("x").leave("x");
    nsp().to("x").emit("never");
  }
  nsp().all().emit("end");
  for (ReturningClient& client : clients) {
    for (int i = 0; i < 50; ++i) {
      ASSERT_EQ(client.event(), R"(2["one",)" + std::to_string(i) + "]");
      ASSERT_EQ(client.event(), R"(2["two"])");
    }
    EXPECT_EQ(client.event(), R"(2["end"])");
  }
}

// A slow client's session ends in the middle of an emission, and its end is told to all. Whoever has that has the event
// before it.
TEST(RecoveryOrder, EventsOfAnEndInTheMiddleOfAnEmissionComeAfterIt) {
  Log log;
  TestServer server(threads(1));
  SocketIoOptions options;
  options.engine.session.outbox_bytes_max = 20'000;
  options.recovery = RecoveryOptions{};
  server.server().serve_socket_io(options);
  Namespace& nsp = server.of("/");
  nsp.on_disconnect([&](Socket& socket, DisconnectReason reason) {
    log.add(std::string(to_string(reason)));
    if (reason == DisconnectReason::slow_consumer) nsp.all().emit("gone", socket.id());
  });
  server.start();
  std::vector<PollingClient> idle;  // each over its bound by the second event
  for (int i = 0; i < 3; ++i) {
    idle.emplace_back(server.port());
    idle.back().post("40");
    idle.back().packets(1);
  }
  ReturningClient a(server.port());
  a.confirmed();
  const std::string large(12'000, 'x');
  server.on_shard(0, [&] {
    nsp.all().emit("first", large);
    nsp.all().emit("second", large);
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(log.next(), "slow consumer");
  std::vector<std::string> seen;
  std::vector<std::string> offsets;
  for (int i = 0; i < 5; ++i) {
    seen.push_back(a.event().substr(3, 4));
    offsets.push_back(a.offset());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"firs", "seco", "gone", "gone", "gone"}));
  // Whatever of it was lost comes again in that order.
  for (std::size_t had = 1; had < offsets.size(); ++had) {
    a.lose();
    EXPECT_TRUE(log.next().starts_with("transport "));
    a.set_offset(offsets[had]);
    ASSERT_TRUE(a.come_back());
    for (std::size_t i = had + 1; i < offsets.size(); ++i) {
      EXPECT_EQ(a.event().substr(3, 4), seen[i]);
      EXPECT_EQ(a.offset(), offsets[i]);
    }
  }
}

}  // namespace
}  // namespace sio::test
