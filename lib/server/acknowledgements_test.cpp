// Acknowledgements in both directions, and binary data in events and acknowledgements.
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace sio::test {
namespace {

std::string to_text(AckStatus status) {
  switch (status) {
    case AckStatus::answered:
      return "answered";
    case AckStatus::timed_out:
      return "timed out";
    case AckStatus::disconnected:
      return "disconnected";
  }
  return "?";
}

struct Acknowledgements : testing::Test {
  Acknowledgements() {
    Namespace& nsp = server.of("/");
    // ["ask", timeout_ms]: asks the client, who may answer.
    nsp.on("ask", [this](Event& event) {
      const Milliseconds timeout{event.argument(0)->as_int64().value()};
      event.socket().emit_with_ack("question", Arguments::of(1), timeout, logger());
    });
    nsp.on("echo", [](Event& event) { event.acknowledge(event.arguments()); });
    nsp.on("twice", [](Event& event) {
      event.acknowledge(Arguments::of(1));
      event.acknowledge(Arguments::of(2));
    });
    nsp.on("later", [&nsp](Event& event) {
      nsp.with_socket(event.socket().ref(),
                      [id = event.ack_id()](Socket& socket) { socket.acknowledge(*id, Arguments::of("late")); });
    });
    nsp.on("back", [](Event& event) { event.socket().emit_list("back", event.arguments()); });
    nsp.on("gone", [this](Event& event) {
      event.socket().disconnect();
      event.acknowledge(Arguments::of(1));
      event.socket().emit("never");
      event.socket().emit_with_ack("never", {}, Milliseconds(1), logger());
    });
    nsp.on_disconnect([this](Socket&, DisconnectReason reason) { log.add(std::string(to_string(reason))); });
    server.start();
  }
  AckCallback logger() {
    return [this](AckStatus status, json::Value arguments, std::span<const SharedBytes> attachments) {
      std::string entry = to_text(status) + " " + std::string(arguments.text());
      for (const SharedBytes& bytes : attachments) entry.append(" ").append(bytes.view());
      log.add(std::move(entry));
    };
  }

  Log log;
  TestServer server;
};

TEST_F(Acknowledgements, ClientsAnswerReachesTheCallback) {
  SocketIoClient client(server.port());
  client.send(R"(2["ask",60000])");
  EXPECT_EQ(client.receive(), R"(20["question",1])");
  client.send(R"(30[1,"two",{"3":[]}])");
  EXPECT_EQ(log.next(), R"(answered [1,"two",{"3":[]}])");
  client.send(R"(2["ask",60000])");
  EXPECT_EQ(client.receive(), R"(21["question",1])");
  client.send("30[]");  // answered before
  client.send("37[]");  // never asked
  client.send("31[]");
  EXPECT_EQ(log.next(), "answered []");
}

TEST_F(Acknowledgements, AnswersMayComeInAnyOrder) {
  SocketIoClient client(server.port());
  for (int i = 0; i < 3; ++i) client.send(R"(2["ask",60000])");
  for (int i = 0; i < 3; ++i) client.receive();
  for (const char* id : {"2", "0", "1"}) {
    client.send("3" + std::string(id) + "[" + id + "]");
    EXPECT_EQ(log.next(), "answered [" + std::string(id) + "]");
  }
}

TEST_F(Acknowledgements, WithoutAnAnswerItTimesOutOnce) {
  SocketIoClient client(server.port());
  client.send(R"(2["ask",20])");
  EXPECT_EQ(client.receive(), R"(20["question",1])");
  EXPECT_EQ(log.next(), "timed out []");
  client.send("30[1]");  // too late
  client.send("1");
  EXPECT_EQ(log.next(), "client namespace disconnect");
}

TEST_F(Acknowledgements, EndOfTheSocketAnswersThemBeforeItIsTold) {
  SocketIoClient client(server.port());
  client.send(R"(2["ask",60000])");
  client.receive();
  client.send("1");
  EXPECT_EQ(log.next(), "disconnected []");
  EXPECT_EQ(log.next(), "client namespace disconnect");
}

TEST_F(Acknowledgements, LostConnectionAnswersThem) {
  {
    SocketIoClient client(server.port());
    client.send(R"(2["ask",60000])");
    client.receive();
    client.wire().reset();
  }
  EXPECT_EQ(log.next(), "disconnected []");
  EXPECT_TRUE(log.next().starts_with("transport "));
}

TEST_F(Acknowledgements, ServerAnswersWithTheClientsNumber) {
  SocketIoClient client(server.port());
  for (const std::string id : {"0", "12", "9007199254740991"}) {
    client.send("2" + id + R"(["echo",1,"2",{"3":[false]}])");
    EXPECT_EQ(client.receive(), "3" + id + R"([1,"2",{"3":[false]}])");
  }
  client.send(R"(25["later"])");
  EXPECT_EQ(client.receive(), R"(35["late"])");
}

TEST_F(Acknowledgements, AnEventIsAnsweredOnceAndOnlyIfItAsks) {
  SocketIoClient client(server.port());
  client.send(R"(2["echo",1])");
  client.send(R"(23["twice"])");
  EXPECT_EQ(client.receive(), "33[1]");
  client.send(R"(24["no handler"])");
  client.send(R"(25["echo"])");
  EXPECT_EQ(client.receive(), "35[]");
}

TEST_F(Acknowledgements, NothingIsSentAfterTheDisconnect) {
  SocketIoClient client(server.port());
  client.send(R"(21["gone"])");
  EXPECT_EQ(client.receive(), "1");
  EXPECT_EQ(log.next(), "server namespace disconnect");
  EXPECT_EQ(log.next(), "disconnected []");
  client.connect("/");
  client.send(R"(25["echo"])");
  EXPECT_EQ(client.receive(), "35[]");
}

TEST_F(Acknowledgements, BinaryDataComesBackAsSent) {
  SocketIoClient client(server.port());
  client.send(R"(52-["back",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]])");
  client.websocket().send_binary("one");
  client.websocket().send_binary(std::string("\0\xFF", 2));
  EXPECT_EQ(client.receive(), R"(52-["back",{"_placeholder":true,"num":1},[{"_placeholder":true,"num":0}]])");
  EXPECT_EQ(client.websocket().receive().payload, "one");
  const Frame second = client.websocket().receive();
  EXPECT_EQ(second.opcode, 2U);
  EXPECT_EQ(second.payload, std::string("\0\xFF", 2));
}

TEST_F(Acknowledgements, BinaryDataIsAcknowledgedWithBinaryData) {
  SocketIoClient client(server.port());
  client.send(R"(51-7["echo",{"_placeholder":true,"num":0}])");
  client.websocket().send_binary("blob");
  EXPECT_EQ(client.receive(), R"(61-7[{"_placeholder":true,"num":0}])");
  EXPECT_EQ(client.websocket().receive().payload, "blob");
}

TEST_F(Acknowledgements, ClientsBinaryAnswerComesWithItsAttachments) {
  SocketIoClient client(server.port());
  client.send(R"(2["ask",60000])");
  client.receive();
  client.send(R"(62-0[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  client.websocket().send_binary("first");
  EXPECT_TRUE(log.empty());
  client.websocket().send_binary("second");
  EXPECT_EQ(log.next(), R"(answered [{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}] first second)");
}

TEST_F(Acknowledgements, BinaryDataOverPollingIsBase64) {
  PollingClient client(server.port());
  client.post("40");
  EXPECT_TRUE(client.packets(1)[0].starts_with(R"(40{"sid":)"));
  client.post(
      "452-[\"back\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]\x1e"
      "bAQIDBA==");
  client.post("bBQ==");
  const auto packets = client.packets(3);
  EXPECT_EQ(packets[0], R"(452-["back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  EXPECT_EQ(packets[1], "bAQIDBA==");
  EXPECT_EQ(packets[2], "bBQ==");
}

}  // namespace
}  // namespace sio::test
