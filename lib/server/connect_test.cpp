// Joining namespaces: who decides, when, from where, and what if nobody does.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct Name final : SocketData {
  explicit Name(std::string text_) : text(std::move(text_)) {}
  std::string text;
};

// Keeps the CONNECTs of /wait by their auth, for the test to decide about.
class Waiting {
 public:
  void add(ConnectRequest request) {
    const std::string key(request.auth().text());
    {
      const std::lock_guard lock(mutex_);
      requests_.emplace(key, std::move(request));
    }
    added.add(key);
  }
  ConnectRequest take(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return std::move(requests_.extract(key).mapped());
  }
  Log added;

 private:
  std::mutex mutex_;
  std::map<std::string, ConnectRequest> requests_;
};

struct Connecting : testing::Test {
  Connecting() : server(threads(2)) {
    SocketIoOptions options;
    options.connect_timeout = Milliseconds(60'000);
    server.server().serve_socket_io(options);
    server.of("/").on_connection([](Socket& socket, json::Value auth) { socket.emit("auth", Json{auth.text()}); });
    Namespace& now = server.of("/now");
    now.use([](ConnectRequest request) {
      const auto name = request.auth().find("name");
      if (!name) return request.refuse("No name", R"({"code":7})");
      if (request.handshake()->headers.find("host") != "test") return request.refuse("No handshake");
      request.accept(std::make_unique<Name>(*name->as_string()), [](Socket& socket) {
        if (socket.data<Name>().text == "unwanted") socket.disconnect();
      });
      request.refuse("too late");
    });
    now.on_connection(
        [](Socket& socket, json::Value auth) { socket.emit("welcome", socket.data<Name>().text, Json{auth.text()}); });
    server.of("/wait").use([this](ConnectRequest request) { waiting.add(std::move(request)); });
    server.of("/wait").on_disconnect(
        [this](Socket&, DisconnectReason reason) { log.add("left: " + std::string(to_string(reason))); });
    server.of("/dropped").use([](const ConnectRequest&) {});
    server.of("/throws").use([](ConnectRequest request) {
      const ConnectRequest taken = std::move(request);
      throw std::runtime_error("no");
    });
    server.of("/throws/late").on_connection([](Socket&, json::Value) { throw 7; });
    server.start();
  }

  Log log;
  Waiting waiting;
  TestServer server;
};

TEST_F(Connecting, AuthIsWhatTheClientSent) {
  SocketIoClient client(server.port(), "");
  client.connect("/");
  EXPECT_EQ(client.receive(), R"(2["auth",{}])");
  client.send("1");
  client.connect("/", R"({"token":"123","list":[1, 2]})");
  EXPECT_EQ(client.receive(), R"(2["auth",{"token":"123","list":[1, 2]}])");
}

TEST_F(Connecting, AuthorizerDecidesAtOnce) {
  SocketIoClient client(server.port(), "");
  client.send("0/now,");
  EXPECT_EQ(client.receive(), R"(4/now,{"message":"No name","data":{"code":7}})");
  const std::string sid = client.connect("/now", R"({"name":"Ann"})");
  EXPECT_EQ(client.receive(), R"(2/now,["welcome","Ann",{"name":"Ann"}])");
  EXPECT_NE(sid, client.engine_sid());
  EXPECT_EQ(sid.size(), 20U);
}

TEST_F(Connecting, SocketDisconnectedWhileItIsAcceptedIsNotConnected) {
  SocketIoClient client(server.port(), "");
  client.connect("/now", R"({"name":"unwanted"})");
  EXPECT_EQ(client.receive(), "1/now,");
  client.connect("/");
  EXPECT_EQ(client.receive(), R"(2["auth",{}])");
}

TEST_F(Connecting, DecisionsMayComeLateAndFromAnyThread) {
  SocketIoClient one(server.port(), "");
  SocketIoClient two(server.port(), "");
  one.send(R"(0/wait,{"n":1})");
  two.send(R"(0/wait,{"n":2})");
  waiting.added.next();
  waiting.added.next();
  two.send("0/now,");  // others are answered meanwhile
  EXPECT_TRUE(two.receive().starts_with("4/now,"));
  waiting.take(R"({"n":2})").refuse("not \"you\"");
  EXPECT_EQ(two.receive(), R"(4/wait,{"message":"not \"you\""})");
  waiting.take(R"({"n":1})").accept();
  EXPECT_TRUE(one.receive().starts_with(R"(0/wait,{"sid":")"));
  two.send(R"(0/wait,{"n":2})");
  waiting.added.next();
  server.on_shard(0, [&] { waiting.take(R"({"n":2})").accept(); });
  EXPECT_TRUE(two.receive().starts_with(R"(0/wait,{"sid":")"));
}

// S5: between CONNECT and its confirmation a client sends nothing in that namespace, least of all a second CONNECT.
TEST_F(Connecting, S5_PacketsOfANamespaceThatIsStillConnectingCloseTheSession) {
  for (const std::string packet : {R"(2/wait,["x"])", "0/wait,{}", "3/wait,1[]"}) {
    SocketIoClient client(server.port(), "");
    client.send("0/wait,{}");
    waiting.added.next();
    client.send(packet);
    EXPECT_EQ(client.websocket().close_code(), 0U);
    waiting.take("{}").accept();
  }
}

TEST_F(Connecting, DecisionAfterTheSessionHasEndedDoesNothing) {
  {
    SocketIoClient client(server.port(), "");
    client.send("0/wait,{}");
    waiting.added.next();
    client.websocket().send("1");
    client.wire().read_to_end();
  }
  waiting.take("{}").accept(std::make_unique<Name>("x"), [&](Socket&) { log.add("accepted"); });
  for (unsigned shard = 0; shard < 2; ++shard) {
    server.on_shard(shard, [&] { EXPECT_EQ(server.of("/wait").local().sockets().size(), 0U); });
  }
  EXPECT_TRUE(log.empty());
}

// A new CONNECT after a DISCONNECT is another one; the decision about the first must not count for it.
TEST_F(Connecting, DecisionCountsForItsOwnConnectOnly) {
  SocketIoClient client(server.port(), "");
  client.send(R"(0/wait,{"n":1})");
  waiting.added.next();
  waiting.take(R"({"n":1})").refuse("no");
  EXPECT_TRUE(client.receive().starts_with("4/wait,"));
  client.send(R"(0/wait,{"n":2})");
  waiting.added.next();
  ConnectRequest second = waiting.take(R"({"n":2})");
  ConnectRequest moved = std::move(second);
  second.refuse("moved from");  // NOLINT(bugprone-use-after-move): decides nothing
  moved.accept();
  EXPECT_TRUE(client.receive().starts_with(R"(0/wait,{"sid":")"));
  client.send("1/wait,");
  EXPECT_EQ(log.next(), "left: client namespace disconnect");
}

TEST_F(Connecting, RequestThrownAwayIsRefused) {
  SocketIoClient client(server.port(), "");
  client.send("0/dropped,");
  EXPECT_EQ(client.receive(), R"(4/dropped,{"message":"Internal error"})");
  client.send("0/throws,");
  EXPECT_EQ(client.receive(), R"(4/throws,{"message":"Internal error"})");
  client.connect("/");
}

TEST_F(Connecting, S8_ConnectionHandlerThatThrowsDisconnectsItsSocket) {
  SocketIoClient client(server.port(), "");
  client.connect("/throws/late");
  EXPECT_EQ(client.receive(), "1/throws/late,");
  client.connect("/");
}

TEST_F(Connecting, S6_UnknownNamespacesAreRefusedAndTheSessionLives) {
  SocketIoClient client(server.port(), "");
  for (const std::string nsp : {"/random", "/now?x=1", "/Now", "/now/"}) {
    client.send("0" + nsp + ",");
    EXPECT_EQ(client.receive(), "4" + nsp + R"(,{"message":"Invalid namespace"})");
  }
  client.connect("/");
}

TEST_F(Connecting, W7_AuthThatBreaksALimitIsRefused) {
  SocketIoClient client(server.port(), "");
  client.send(R"(0{"a":1,"a":2})");
  EXPECT_EQ(client.receive(), R"(4{"message":"Invalid payload"})");
  client.connect("/");
}

TEST_F(Connecting, SessionMayJoinSeveralNamespaces) {
  SocketIoClient client(server.port());
  EXPECT_EQ(client.receive(), R"(2["auth",{}])");
  client.connect("/now", R"({"name":"Ann"})");
  EXPECT_EQ(client.receive(), R"(2/now,["welcome","Ann",{"name":"Ann"}])");
  client.send("1");
  client.send(R"(0/now?,{})");
  EXPECT_TRUE(client.receive().starts_with("4/now?,"));
  client.send("0/now,{}");  // joined already
  EXPECT_EQ(client.websocket().close_code(), 0U);
}

TEST(KeptHeaders, OnlyTheNamedOnesStayWithTheSession) {
  TestServer server;
  SocketIoOptions options;
  options.kept_headers = {"authorization"};
  server.server().serve_socket_io(options);
  server.of("/").on_connection([](Socket& socket, json::Value) {
    const Handshake& handshake = socket.handshake();
    socket.emit("kept", handshake.headers.find("authorization"), handshake.headers.find("cookie"),
                handshake.query.find("app"), handshake.remote_address);
  });
  server.start();
  HttpClient http(server.port());
  const Reply opened = http.get("/socket.io/?EIO=4&transport=polling&app=1", {{"Authorization", "x"}, {"Cookie", "y"}});
  const std::string target = "/socket.io/?EIO=4&transport=polling&sid=" + sid_in(opened.body);
  EXPECT_EQ(http.request("POST", target, "40").body, "ok");
  EXPECT_TRUE(http.get(target).body.ends_with(R"(42["kept","x","","1","127.0.0.1"])"));
}

TEST(ConnectTimeout, E6_SessionThatJoinsNothingIsClosed) {
  TestServer server;
  SocketIoOptions options;
  options.connect_timeout = Milliseconds(50);
  server.server().serve_socket_io(options);
  server.of("/");
  Waiting never;
  server.of("/wait").use([&never](ConnectRequest request) { never.add(std::move(request)); });
  server.start();
  SocketIoClient idle(server.port(), "");
  EXPECT_EQ(idle.websocket().close_code(), 0U);
  SocketIoClient refused(server.port(), "");
  refused.send("0/none,");
  EXPECT_TRUE(refused.receive().starts_with("4/none,"));
  EXPECT_EQ(refused.websocket().close_code(), 0U);
  SocketIoClient undecided(server.port(), "");
  undecided.send("0/wait,");
  never.added.next();
  EXPECT_EQ(undecided.websocket().close_code(), 0U);
  never.take("{}").accept();
  SocketIoClient joined(server.port());
  joined.send("1");  // it has joined once: may stay without a namespace
  PollingClient polling(server.port());
  polling.begin_poll();
  EXPECT_EQ(polling.end_poll().body, "1");
  EXPECT_EQ(polling.poll().status, 400);
  joined.connect("/");
}

}  // namespace
}  // namespace sio::test
