// Coroutines that wait for acknowledgements, and what becomes of them when somebody goes.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "test_server.hpp"

namespace sio::test {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

std::string to_text(const AckResult& result) {
  const char* status = result.status == AckStatus::answered    ? "answered "
                       : result.status == AckStatus::timed_out ? "timed out "
                                                               : "disconnected ";
  return (result.socket == nullptr ? "no socket, " : "") + (status + result.text);
}

// Tells the log when it is destroyed, to see whether a coroutine's frame is.
struct Witness {
  explicit Witness(Log& log_) : log(log_) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { log.add("frame gone"); }
  Log& log;
};

struct AwaitableAcks : testing::Test {
  AwaitableAcks() {
    Namespace& nsp = server.of("/");
    nsp.on("ask", [this](Socket& socket, int timeout_ms) -> Detached {
      const Witness witness(log);
      const unsigned shard = rt::Shard::current()->index();
      const AckResult result = co_await socket.emit_with_ack("question", Milliseconds(timeout_ms), 1, "two");
      EXPECT_EQ(rt::Shard::current()->index(), shard);
      log.add(to_text(result));
    });
    nsp.on("sync", [](Event& event) { event.acknowledge({}); });
    nsp.on("leave", [](Socket& socket, bool session) { socket.disconnect(session); });
  }
  static void expect_alive(SocketIoClient& client) {
    client.send(R"(29["sync"])");
    EXPECT_EQ(client.receive(), "39[]");
  }

  Log log;
  TestServer server;
};

TEST_F(AwaitableAcks, AnswerResumesTheCoroutine) {
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["ask",60000])");
  EXPECT_EQ(client.receive(), R"(20["question",1,"two"])");
  expect_alive(client);  // others are served meanwhile
  client.send(R"(30[true,{"a":1}])");
  EXPECT_EQ(log.next(), R"(answered [true,{"a":1}])");
  EXPECT_EQ(log.next(), "frame gone");
}

TEST_F(AwaitableAcks, TimeoutResumesTheCoroutineOnce) {
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["ask",20])");
  EXPECT_EQ(client.receive(), R"(20["question",1,"two"])");
  EXPECT_EQ(log.next(), "timed out []");
  EXPECT_EQ(log.next(), "frame gone");
  client.send("30[1]");
  expect_alive(client);
  EXPECT_TRUE(log.empty());
}

TEST_F(AwaitableAcks, EndOfTheSocketResumesTheCoroutineWithoutIt) {
  server.start();
  {
    SocketIoClient client(server.port());
    client.send(R"(2["ask",60000])");
    client.receive();
    client.send("1");
    EXPECT_EQ(log.next(), "no socket, disconnected []");
    EXPECT_EQ(log.next(), "frame gone");
    client.connect("/");
    client.send(R"(2["ask",60000])");
    client.receive();
    client.send(R"(2["leave",false])");
    EXPECT_EQ(client.receive(), "1");
    EXPECT_EQ(log.next(), "no socket, disconnected []");
    EXPECT_EQ(log.next(), "frame gone");
    client.connect("/");
    client.send(R"(2["ask",60000])");
    client.receive();
    client.wire().reset();
  }
  EXPECT_EQ(log.next(), "no socket, disconnected []");
  EXPECT_EQ(log.next(), "frame gone");
}

TEST_F(AwaitableAcks, StopOfTheServerResumesTheCoroutine) {
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["ask",60000])");
  client.receive();
  server.server().stop();
  EXPECT_EQ(log.next(), "no socket, disconnected []");
  EXPECT_EQ(log.next(), "frame gone");
  client.wire().close();
  server.stop();
}

TEST_F(AwaitableAcks, AnswersAreReadAsTypes) {
  server.of("/").on("typed", [this](Socket& socket) -> Detached {
    const AckResult result = co_await socket.emit_with_ack("q", 60s);
    EXPECT_TRUE(result);
    EXPECT_EQ(result.get<int>(0), 7);
    EXPECT_EQ(result.get<std::string>(1), "sieben");
    EXPECT_EQ(result.get<std::uint8_t>(2), std::nullopt);  // 300
    EXPECT_EQ(result.get<std::vector<int>>(3), (std::vector<int>{1, 2}));
    EXPECT_EQ(result.get<int>(4), std::nullopt);
    const auto bytes = result.get<SharedBytes>(5);
    log.add(bytes ? std::string(bytes->view()) : "no bytes");
    EXPECT_EQ(result.get<int>(6), std::nullopt);
  });
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["typed"])");
  EXPECT_EQ(client.receive(), R"(20["q"])");
  client.send(R"(61-0[7,"sieben",300,[1,2],"8",{"_placeholder":true,"num":0}])");
  client.websocket().send_binary("blob");
  EXPECT_EQ(log.next(), "blob");
}

// A dialogue: several questions one after the other, with values of the coroutine's own kept in between.
TEST_F(AwaitableAcks, CoroutineMayAskAgainAndAgain) {
  server.of("/").on("add up", [](Socket& socket, std::vector<std::string> names, Ack ack) -> Detached {
    int sum = 0;
    Socket* here = &socket;
    for (const std::string& name : names) {
      const AckResult result = co_await here->emit_with_ack("value of", 60s, name);
      if (!result) co_return;
      here = result.socket;
      sum += result.get<int>(0).value_or(0);
    }
    ack(sum);
  });
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(25["add up",["a","b","c"]])");
  EXPECT_EQ(client.receive(), R"(20["value of","a"])");
  client.send("30[1]");
  EXPECT_EQ(client.receive(), R"(21["value of","b"])");
  client.send("31[20]");
  EXPECT_EQ(client.receive(), R"(22["value of","c"])");
  client.send("32[300]");
  EXPECT_EQ(client.receive(), "35[321]");
}

TEST_F(AwaitableAcks, AskingADisconnectedSocketDoesNotWait) {
  server.of("/").on("late", [this](Socket& socket) -> Detached {
    socket.disconnect();
    log.add(to_text(co_await socket.emit_with_ack("never", 60s)));
  });
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["late"])");
  EXPECT_EQ(log.next(), "no socket, disconnected []");
  EXPECT_EQ(client.receive(), "1");
}

// The session ends while the question is being sent: the coroutine goes on, and ends, before the sending returns.
TEST(AwaitableAckEnd, QuestionThatOverflowsTheOutboxResumesTheCoroutine) {
  Log log;
  TestServer server;
  SocketIoOptions options;
  options.engine.session.outbox_bytes_max = 1'000;
  server.server().serve_socket_io(options);
  server.of("/small").on("ask", [&log](Socket& socket) -> Detached {
    const Witness witness(log);
    log.add(to_text(co_await socket.emit_with_ack("question", 60s, std::string(5'000, 'x'))));
  });
  server.start();
  PollingClient client(server.port());
  client.post("40/small,");
  client.packets(1);
  client.post(R"(42/small,["ask"])");
  EXPECT_EQ(log.next(), "no socket, disconnected []");
  EXPECT_EQ(log.next(), "frame gone");
}

TEST_F(AwaitableAcks, S8_CoroutinesMayThrow) {
  server.of("/").on("throw", [this](Socket& socket, bool before) -> Detached {
    const Witness witness(log);
    if (before) throw std::runtime_error("planned");
    const AckResult result = co_await socket.emit_with_ack("q", 60s);
    throw std::runtime_error("planned");
  });
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(2["throw",true])");
  EXPECT_EQ(log.next(), "frame gone");
  client.send(R"(2["throw",false])");
  EXPECT_EQ(client.receive(), R"(20["q"])");
  client.send("30[]");
  EXPECT_EQ(log.next(), "frame gone");
  expect_alive(client);
}

// Other handlers may be coroutines too.
TEST_F(AwaitableAcks, ConnectionHandlerMayWait) {
  server.of("/hello").on_connection([this](Socket& socket, json::Value) -> Detached {
    const AckResult result = co_await socket.emit_with_ack("name?", 60s);
    log.add(result.get<std::string>(0).value_or("nobody"));
  });
  server.start();
  SocketIoClient client(server.port(), "/hello");
  EXPECT_EQ(client.receive(), R"(2/hello,0["name?"])");
  client.send(R"(3/hello,0["Ann"])");
  EXPECT_EQ(log.next(), "Ann");
}

Detached ask_everybody(Server& server, Log& log) {
  const Witness witness(log);
  const BroadcastAnswers all = co_await server.of("/").all().emit_with_ack("q", 60s);
  log.add("resumed");
}

// What can never be answered any more is destroyed with the server, locals and all.
TEST(AwaitableAckEnd, FrameThatStillWaitsGoesWithTheServer) {
  Log log;
  {
    Server server(threads(2));
    ask_everybody(server, log);
    EXPECT_TRUE(log.empty());
  }
  EXPECT_EQ(log.next(), "frame gone");
  EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace sio::test
