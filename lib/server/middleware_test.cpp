// Middlewares: who decides about a CONNECT, in which order, from where, and what becomes of it.
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <thread>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct Trail final : SocketData {
  std::string text;
};

// Adds to what the middlewares before have left.
void add_to_trail(ConnectRequest& request, const std::string& step) {
  if (!request.has_data()) request.set_data(std::make_unique<Trail>());
  request.data<Trail>().text += step;
}

// Holds a request until the test takes it.
class Held {
 public:
  void keep(ConnectRequest request) {
    request_.emplace(std::move(request));
    kept_.add("");
  }
  ConnectRequest take() {
    kept_.next();
    ConnectRequest taken = std::move(*request_);
    request_.reset();
    return taken;
  }

 private:
  std::optional<ConnectRequest> request_;
  Log kept_;
};

struct Middlewares : testing::Test {
  Middlewares() {
    Namespace& steps = server.of("/steps");
    steps.use([](ConnectRequest request) {
      add_to_trail(request, "a");
      request.next();
      request.refuse("too late");  // it was passed on
      request.next();
    });
    steps.use([this](ConnectRequest request) {
      add_to_trail(request, "b");
      const auto wish = request.auth().find("wish");
      const std::string text = wish ? wish->as_string().value_or("") : "";
      if (text == "refuse") return request.refuse("No", R"({"at":2})");
      if (text == "accept") return request.accept();
      if (text == "replace") {
        auto other = std::make_unique<Trail>();
        other->text = "other";
        return request.accept(std::move(other));
      }
      if (text == "throw") throw std::runtime_error("planned");
      if (text == "throw after") {
        request.next();
        throw std::runtime_error("planned");
      }
      if (text == "drop") return;
      if (text == "hold") return held.keep(std::move(request));
      request.next();
    });
    steps.use([this](ConnectRequest request) {
      EXPECT_NE(request.handshake(), nullptr);  // so it is on the session's shard
      EXPECT_EQ(&request.nsp(), &server.of("/steps"));
      add_to_trail(request, "c");
      asked.add(std::string(request.auth().text()));
      request.next();
    });
    steps.on_connection(
        [](Socket& socket, json::Value auth) { socket.emit("trail", socket.data<Trail>().text, Json{auth.text()}); });
    server.of("/").on("close", [](Socket& socket) { socket.engine().close(DisconnectReason::forced_close); });
    server.start();
  }
  std::string connect(SocketIoClient& client, const std::string& auth) {
    client.send("0/steps," + auth);
    return client.receive();
  }

  Log asked;
  Held held;
  TestServer server;
};

TEST_F(Middlewares, RunInTheOrderAddedAndLeaveTheirDataToTheSocket) {
  SocketIoClient client(server.port(), "");
  EXPECT_TRUE(connect(client, "").starts_with(R"(0/steps,{"sid":)"));
  EXPECT_EQ(client.receive(), R"(2/steps,["trail","abc",{}])");
  client.send("1/steps,");
  EXPECT_TRUE(connect(client, R"({"x":[1]})").starts_with(R"(0/steps,{"sid":)"));
  EXPECT_EQ(client.receive(), R"(2/steps,["trail","abc",{"x":[1]}])");
}

TEST_F(Middlewares, FirstDecisionCountsAndLaterMiddlewaresAreNotAsked) {
  SocketIoClient client(server.port(), "");
  EXPECT_EQ(connect(client, R"({"wish":"refuse"})"), R"(4/steps,{"message":"No","data":{"at":2}})");
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(connect(client, R"({"wish":"accept"})").starts_with(R"(0/steps,{"sid":)"));
  EXPECT_EQ(client.receive(), R"(2/steps,["trail","ab",{"wish":"accept"}])");
  client.send("1/steps,");
  EXPECT_TRUE(connect(client, R"({"wish":"replace"})").starts_with(R"(0/steps,{"sid":)"));
  EXPECT_EQ(client.receive(), R"(2/steps,["trail","other",{"wish":"replace"}])");
  EXPECT_TRUE(asked.empty());
}

TEST_F(Middlewares, S8_ThrowingOrForgettingRefuses) {
  SocketIoClient client(server.port(), "");
  for (const std::string wish : {"throw", "drop"}) {
    EXPECT_EQ(connect(client, R"({"wish":")" + wish + R"("})"), R"(4/steps,{"message":"Internal error"})");
  }
  EXPECT_TRUE(asked.empty());
  // Thrown after it was passed on: the later ones have decided.
  EXPECT_TRUE(connect(client, R"({"wish":"throw after"})").starts_with(R"(0/steps,{"sid":)"));
  EXPECT_EQ(client.receive(), R"(2/steps,["trail","abc",{"wish":"throw after"}])");
}

TEST_F(Middlewares, MayPassOnLateAndFromAnyThread) {
  for (int from = 0; from < 3; ++from) {
    SocketIoClient client(server.port(), "");
    client.send(R"(0/steps,{"wish":"hold"})");
    ConnectRequest request = held.take();
    if (from < 2) {
      server.on_shard(static_cast<unsigned>(from), [&] { request.next(); });
    } else {
      request.next();
    }
    EXPECT_TRUE(client.receive().starts_with(R"(0/steps,{"sid":)"));
    EXPECT_EQ(client.receive(), R"(2/steps,["trail","abc",{"wish":"hold"}])");
    EXPECT_EQ(asked.next(), R"({"wish":"hold"})");
  }
}

TEST_F(Middlewares, SessionThatEndsMeanwhileAsksNobodyElse) {
  SocketIoClient client(server.port(), "");
  client.send(R"(0/steps,{"wish":"hold"})");
  ConnectRequest request = held.take();
  client.websocket().send("1");
  client.wire().read_to_end();
  request.next();
  // A polling session that the server ends goes on for a while, for the client to fetch what it was sent.
  PollingClient polling(server.port());
  polling.post(R"(40/steps,{"wish":"hold"})");
  ConnectRequest second = held.take();
  polling.post(
      "40\x1e"
      R"(42["close"])");
  second.next();
  for (unsigned shard = 0; shard < 2; ++shard) {
    server.on_shard(shard, [&] { EXPECT_EQ(server.of("/steps").local().sockets().size(), 0U); });
  }
  EXPECT_TRUE(asked.empty());
}

TEST_F(Middlewares, RequestThrownAwayElsewhereIsRefused) {
  SocketIoClient client(server.port(), "");
  client.send(R"(0/steps,{"wish":"hold"})");
  std::thread([this] { const ConnectRequest gone = held.take(); }).join();
  EXPECT_EQ(client.receive(), R"(4/steps,{"message":"Internal error"})");
  EXPECT_TRUE(connect(client, "").starts_with(R"(0/steps,{"sid":)"));
}

// Without looking, nobody lets in what breaks a limit; who looks may.
TEST(MiddlewaresAndJson, W7_EndOfTheChainRefusesWhatBreaksALimit) {
  TestServer server;
  server.of("/chain").use([](ConnectRequest request) { request.next(); });
  server.of("/looks").use([](ConnectRequest request) {
    EXPECT_EQ(request.json_error(), json::Error::duplicate_key);
    request.accept();
  });
  server.start();
  SocketIoClient client(server.port(), "");
  client.send(R"(0/chain,{"a":1,"a":2})");
  EXPECT_EQ(client.receive(), R"(4/chain,{"message":"Invalid payload"})");
  client.connect("/looks", R"({"a":1,"a":2})");
}

}  // namespace
}  // namespace sio::test
