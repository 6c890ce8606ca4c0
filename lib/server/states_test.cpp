// S5: every packet type in every state of its namespace, over the wire.
#include <gtest/gtest.h>

#include <optional>

#include "test_server.hpp"

namespace sio::test {
namespace {

// What the server does with a packet.
enum class Outcome : unsigned char {
  closes,      // the session ends: parse error
  is_ignored,  // the session lives, nothing comes back
  connects,    // confirmed
  leaves,      // the socket is gone, without an answer
  answers,     // the handler acknowledges
  settles,     // the question of the server is answered
};

struct Cell {
  const char* packet;  // of the namespace /n, with its attachment if it has one
  Outcome outcome;
};

std::ostream& operator<<(std::ostream& out, const Cell& cell) { return out << cell.packet; }

struct StatesServer {
  StatesServer() {
    Namespace& nsp = server.of("/n");
    nsp.use([this](ConnectRequest request) {
      if (!request.auth().find("wait")) return request.next();
      undecided.emplace(std::move(request));
      log.add("undecided");
    });
    nsp.on_connection([this](Socket& socket, json::Value auth) {
      if (!auth.find("ask")) return;
      socket.emit_with_ack("q", {}, Milliseconds(60'000),
                           [this](AckStatus status, json::Value, std::span<const SharedBytes> attachments) {
                             if (status == AckStatus::answered)
                               log.add("settled " + std::to_string(attachments.size()));
                           });
    });
    nsp.on_disconnect([this](Socket&, DisconnectReason reason) { log.add("left: " + std::string(to_string(reason))); });
    nsp.on("echo", [](Event& event) { event.acknowledge(event.arguments()); });
    server.of("/").on("sync", [](Event& event) { event.acknowledge({}); });
    server.start();
  }

  Log log;
  std::optional<ConnectRequest> undecided;
  TestServer server;
};

struct States : testing::TestWithParam<Cell> {
  void expect(SocketIoClient& client, StatesServer& states) {
    const std::string packet = GetParam().packet;
    client.send(packet);
    if (packet[0] == '5' || packet[0] == '6') client.websocket().send_binary("blob");
    switch (GetParam().outcome) {
      case Outcome::closes:
        EXPECT_EQ(client.websocket().close_code(), 0U);
        return;
      case Outcome::is_ignored:
        break;
      case Outcome::connects:
        EXPECT_TRUE(client.receive().starts_with(R"(0/n,{"sid":)"));
        break;
      case Outcome::leaves:
        EXPECT_EQ(states.log.next(), "left: client namespace disconnect");
        client.connect("/n");
        break;
      case Outcome::answers:
        EXPECT_EQ(client.receive(), packet[0] == '5' ? R"(61-/n,7[{"_placeholder":true,"num":0}])" : "3/n,7[1]");
        if (packet[0] == '5') {
          EXPECT_EQ(client.websocket().receive().payload, "blob");
        }
        break;
      case Outcome::settles:
        EXPECT_EQ(states.log.next(), packet[0] == '6' ? "settled 1" : "settled 0");
        break;
    }
    client.send(R"(21["sync"])");
    EXPECT_EQ(client.receive(), "31[]");
    EXPECT_TRUE(states.log.empty());
  }
};

struct NeverJoined : States {};
struct Undecided : States {};
struct Joined : States {};
struct Left : States {};
struct Refused : States {};

constexpr const char* kEvent = R"(2/n,7["echo",1])";
constexpr const char* kBinaryEvent = R"(51-/n,7["echo",{"_placeholder":true,"num":0}])";
constexpr const char* kAck = "3/n,0[1]";
constexpr const char* kBinaryAck = R"(61-/n,0[{"_placeholder":true,"num":0}])";
constexpr const char* kError = R"(4/n,{"message":"no"})";

// Where the namespace is not joined, all that a client may send is CONNECT.
const auto kOnlyConnect =
    testing::Values(Cell{"0/n,", Outcome::connects}, Cell{"1/n,", Outcome::closes}, Cell{kEvent, Outcome::closes},
                    Cell{kAck, Outcome::closes}, Cell{kError, Outcome::closes}, Cell{kBinaryEvent, Outcome::closes},
                    Cell{kBinaryAck, Outcome::closes});
INSTANTIATE_TEST_SUITE_P(EveryType, NeverJoined, kOnlyConnect);
INSTANTIATE_TEST_SUITE_P(EveryType, Left, kOnlyConnect);
INSTANTIATE_TEST_SUITE_P(EveryType, Refused, kOnlyConnect);
INSTANTIATE_TEST_SUITE_P(EveryType, Undecided,
                         testing::Values(Cell{"0/n,", Outcome::closes}, Cell{"1/n,", Outcome::closes},
                                         Cell{kEvent, Outcome::closes}, Cell{kAck, Outcome::closes},
                                         Cell{kError, Outcome::closes}, Cell{kBinaryEvent, Outcome::closes},
                                         Cell{kBinaryAck, Outcome::closes}));
INSTANTIATE_TEST_SUITE_P(EveryType, Joined,
                         testing::Values(Cell{"0/n,", Outcome::closes}, Cell{"1/n,", Outcome::leaves},
                                         Cell{kEvent, Outcome::answers}, Cell{kAck, Outcome::settles},
                                         Cell{"3/n,5[1]", Outcome::is_ignored}, Cell{kError, Outcome::closes},
                                         Cell{kBinaryEvent, Outcome::answers}, Cell{kBinaryAck, Outcome::settles}));

TEST_P(NeverJoined, S5_EveryPacketType) {
  StatesServer states;
  SocketIoClient client(states.server.port());
  expect(client, states);
}

TEST_P(Undecided, S5_EveryPacketType) {
  StatesServer states;
  SocketIoClient client(states.server.port());
  client.send(R"(0/n,{"wait":1})");
  EXPECT_EQ(states.log.next(), "undecided");
  expect(client, states);
  states.undecided.reset();
}

TEST_P(Joined, S5_EveryPacketType) {
  StatesServer states;
  SocketIoClient client(states.server.port());
  client.connect("/n", R"({"ask":1})");
  EXPECT_EQ(client.receive(), R"(2/n,0["q"])");
  expect(client, states);
}

TEST_P(Left, S5_EveryPacketType) {
  StatesServer states;
  SocketIoClient client(states.server.port());
  client.connect("/n", R"({"ask":1})");
  client.receive();
  client.send("1/n,");
  EXPECT_EQ(states.log.next(), "left: client namespace disconnect");
  expect(client, states);
}

TEST_P(Refused, S5_EveryPacketType) {
  StatesServer states;
  SocketIoClient client(states.server.port());
  client.send(R"(0/n,{"wait":1})");
  EXPECT_EQ(states.log.next(), "undecided");
  states.undecided->refuse("no");
  EXPECT_EQ(client.receive(), R"(4/n,{"message":"no"})");
  expect(client, states);
}

// Before any namespace is joined, all but CONNECT closes, whatever namespace it names.
TEST(FirstPacket, S5_MustBeAConnect) {
  StatesServer states;
  for (const char* packet : {"1", R"(2["sync"])", "30[]", R"(4{"message":"no"})",
                             R"(51-["x",{"_placeholder":true,"num":0}])", R"(61-0[{"_placeholder":true,"num":0}])"}) {
    SocketIoClient client(states.server.port(), "");
    client.send(packet);
    EXPECT_EQ(client.websocket().close_code(), 0U) << packet;
  }
}

}  // namespace
}  // namespace sio::test
