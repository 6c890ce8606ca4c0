// Rooms and emissions to them, over one shard and several.
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace sio::test {
namespace {

// `join`, `leave` with room names, `in` asks; `tell` emits an event to rooms; `end` disconnects the socket.
void set_up(Namespace& nsp) {
  const auto for_each_name = [](Event& event, const auto& act) {
    for (std::size_t i = 0; i < event.size(); ++i) act(event.argument(i)->as_string().value());
  };
  nsp.on("join", [for_each_name](Event& event) {
    for_each_name(event, [&](const std::string& room) { event.socket().join(room); });
    event.acknowledge({});
  });
  nsp.on("leave", [for_each_name](Event& event) {
    for_each_name(event, [&](const std::string& room) { event.socket().leave(room); });
    event.acknowledge({});
  });
  nsp.on("in", [](Event& event) {
    event.acknowledge(Arguments::of(event.socket().in_room(event.argument(0)->as_string().value())));
  });
  nsp.on("sync", [](Event& event) { event.acknowledge({}); });
  nsp.on("end", [](Event& event) { event.socket().disconnect(); });
  nsp.on("tell", [&nsp, for_each_name](Event& event) {
    Broadcast broadcast = nsp.all();
    for_each_name(event, [&](const std::string& room) { broadcast.to(room); });
    broadcast.except(event.socket().ref()).emit("told");
  });
}

struct Rooms : testing::TestWithParam<unsigned> {
  Rooms() : server(threads(GetParam())) {
    set_up(server.of("/"));
    set_up(server.of("/other"));
    server.start();
  }
  // From no shard; then everybody gets `end`, so that what did not come can be told from what is still to come.
  void emit(Broadcast broadcast, const std::string& name) {
    broadcast.emit(name);
    server.of("/").all().emit("end");
  }
  static std::string ask(SocketIoClient& client, const std::string& event) {
    client.send("27" + event);
    return client.receive();
  }
  static void join(SocketIoClient& client, const std::string& rooms) {
    ASSERT_EQ(ask(client, R"(["join",)" + rooms + "]"), "37[]");
  }
  static std::string until_end(SocketIoClient& client) {
    std::string seen;
    for (;;) {
      const std::string packet = client.receive();
      if (packet == R"(2["end"])") return seen;
      seen += packet;
    }
  }

  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Rooms, testing::Values(1U, 2U, 4U));

TEST_P(Rooms, EmissionReachesMembersOnly) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  SocketIoClient c(server.port());
  join(a, R"("x")");
  join(b, R"("x","y")");
  emit(server.of("/").to("x"), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), R"(2["hello"])");
  EXPECT_EQ(until_end(c), "");
  emit(server.of("/").to("nobody"), "hello");
  for (auto* client : {&a, &b, &c}) EXPECT_EQ(until_end(*client), "");
}

TEST_P(Rooms, SeveralRoomsReachASocketOnce) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  join(a, R"("x","y","z")");
  join(b, R"("z")");
  join(a, R"("x")");  // a second time
  emit(server.of("/").to("x").to("y").to("z").to("x").to(a.sid()), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), R"(2["hello"])");
}

TEST_P(Rooms, ExceptedRoomsAndSocketsAreLeftOut) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  SocketIoClient c(server.port());
  join(a, R"("x")");
  join(b, R"("x","quiet")");
  join(c, R"("x")");
  emit(server.of("/").to("x").except("quiet").except(c.sid()), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), "");
  EXPECT_EQ(until_end(c), "");
  a.send(R"(2["tell","x"])");  // to all but itself
  EXPECT_EQ(b.receive(), R"(2["told"])");
  EXPECT_EQ(c.receive(), R"(2["told"])");
  emit(server.of("/").all().except("x"), "hello");
  for (auto* client : {&a, &b, &c}) EXPECT_EQ(until_end(*client), "");
}

TEST_P(Rooms, LeftRoomsAreLeft) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  SocketIoClient c(server.port());
  for (auto* client : {&a, &b, &c}) join(*client, R"("x","y")");
  EXPECT_EQ(ask(a, R"(["leave","x","never in"])"), "37[]");
  EXPECT_EQ(ask(a, R"(["in","x"])"), "37[false]");
  EXPECT_EQ(ask(a, R"(["in","y"])"), "37[true]");
  emit(server.of("/").to("x"), "hello");
  EXPECT_EQ(until_end(a), "");
  EXPECT_EQ(until_end(b), R"(2["hello"])");
  EXPECT_EQ(until_end(c), R"(2["hello"])");
  emit(server.of("/").to("y"), "hello");
  for (auto* client : {&a, &b, &c}) EXPECT_EQ(until_end(*client), R"(2["hello"])");
}

TEST_P(Rooms, EverySocketIsInTheRoomOfItsOwnId) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  emit(server.of("/").to(a.sid()), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), "");
  EXPECT_EQ(ask(a, R"(["in",")" + a.sid() + R"("])"), "37[true]");
  std::string other = a.sid();
  other.back() = other.back() == 'A' ? 'B' : 'A';
  emit(server.of("/").to(other).to(a.engine_sid()), "hello");
  EXPECT_EQ(until_end(a), "");
}

// Others may join the room of somebody's id; he stays in it.
TEST_P(Rooms, RoomOfAnIdThatOthersJoinKeepsItsOwner) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  join(b, '"' + a.sid() + '"');
  emit(server.of("/").to(a.sid()), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), R"(2["hello"])");
  EXPECT_EQ(ask(b, R"(["leave",")" + a.sid() + R"("])"), "37[]");
  emit(server.of("/").to(a.sid()), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  EXPECT_EQ(until_end(b), "");
}

TEST_P(Rooms, DisconnectedSocketIsInNoRoom) {
  SocketIoClient a(server.port());
  SocketIoClient b(server.port());
  join(a, R"("x")");
  join(b, R"("x")");
  const std::string old_sid = a.sid();
  a.send("1");
  const std::string new_sid = a.connect("/");
  EXPECT_NE(new_sid, old_sid);
  emit(server.of("/").to("x").to(old_sid), "hello");
  EXPECT_EQ(until_end(a), "");
  EXPECT_EQ(until_end(b), R"(2["hello"])");
  b.send(R"(2["end"])");
  EXPECT_EQ(b.receive(), "1");
  emit(server.of("/").to("x"), "hello");
  EXPECT_EQ(until_end(a), "");
}

TEST_P(Rooms, EmissionStaysInItsNamespace) {
  SocketIoClient a(server.port());
  const std::string other_sid = a.connect("/other");
  join(a, R"("x")");
  a.send(R"(2/other,5["join","x"])");
  EXPECT_EQ(a.receive(), "3/other,5[]");
  emit(server.of("/").to("x"), "hello");
  EXPECT_EQ(until_end(a), R"(2["hello"])");
  emit(server.of("/other").to("x"), "hello");
  EXPECT_EQ(until_end(a), R"(2/other,["hello"])");
  emit(server.of("/").to(other_sid), "hello");
  EXPECT_EQ(until_end(a), "");
  EXPECT_NE(other_sid, a.sid());
}

TEST_P(Rooms, EmptyRoomsAreForgotten) {
  std::vector<SocketIoClient> clients;
  for (unsigned i = 0; i < 2 * GetParam(); ++i) {
    clients.emplace_back(server.port());
    join(clients.back(), R"("x","y")");
  }
  for (SocketIoClient& client : clients) EXPECT_EQ(ask(client, R"(["leave","x"])"), "37[]");
  for (SocketIoClient& client : clients) {
    client.send("1");
    client.connect("/");  // handled after the `41`
  }
  for (unsigned shard = 0; shard < GetParam(); ++shard) {
    server.on_shard(shard, [&] {
      EXPECT_EQ(server.of("/").local().room_count(), 0U);
      EXPECT_EQ(server.of("/").local().sockets().size(), 2U);
    });
  }
}

// Whoever emits, from whatever thread: what one thread emits arrives in order, at sockets of every shard.
TEST_P(Rooms, EmissionsFromAnyThreadKeepTheirOrder) {
  std::vector<SocketIoClient> clients;
  for (unsigned i = 0; i < GetParam() + 1; ++i) clients.emplace_back(server.port());
  constexpr int kEach = 200;
  const auto emit_many = [&](int who) {
    for (int i = 0; i < kEach; ++i) server.of("/").all().emit("n", who, i);
  };
  std::thread one([&] { emit_many(1); });
  std::thread two([&] { emit_many(2); });
  server.on_shard(0, [&] { emit_many(3); });
  one.join();
  two.join();
  for (SocketIoClient& client : clients) {
    int next[4] = {};
    for (int i = 0; i < 3 * kEach; ++i) {
      const std::string packet = client.receive();
      const int who = std::stoi(packet.substr(6));
      ASSERT_EQ(packet, R"(2["n",)" + std::to_string(who) + "," + std::to_string(next[who]++) + "]");
    }
  }
}

}  // namespace
}  // namespace sio::test
