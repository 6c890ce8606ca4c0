// WebSocket sessions of Engine.IO and the upgrade to them, over shards.
#include <gtest/gtest.h>

#include <future>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct Upgrade : testing::TestWithParam<unsigned> {
  Upgrade() : server(threads(GetParam())) {
    SocketIoOptions options;
    options.engine.session.max_payload = 1'000;
    options.engine.session.upgrade_timeout = Milliseconds(300);
    options.engine.websocket_fragments_max = 4;
    server.server().serve_socket_io(options);
    Namespace& nsp = server.of("/");
    nsp.on("echo", [](Event& event) { event.socket().emit_list("back", event.arguments()); });
    nsp.on("burst", [](Event& event) {
      for (int i = 0; i < 40; ++i) event.socket().emit("n", i);
    });
    nsp.on_disconnect([this](Socket&, DisconnectReason reason) { log.add(std::string(to_string(reason))); });
    server.start();
  }
  // A session over polling that has joined `/`, on whatever shard.
  PollingClient open() {
    PollingClient client(server.port());
    client.post("40");
    client.packets(1);
    return client;
  }
  WebSocketClient probe(const PollingClient& client) { return WebSocketClient(server.port(), client.upgrade_target()); }

  Log log;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Upgrade, testing::Values(1U, 4U));

constexpr std::string_view kBadRequest = R"({"code":3,"message":"Bad request"})";

TEST_P(Upgrade, E3_PacketsQueuedMeanwhileGoOverTheWebSocketInOrder) {
  for (unsigned i = 0; i < GetParam(); ++i) {  // the session's shard and the probe's differ by 0, 1, 2, 3
    PollingClient client = open();
    std::vector<HttpClient> others;
    for (unsigned k = 0; k < i; ++k) others.emplace_back(server.port());
    WebSocketClient websocket = probe(client);
    websocket.send("2probe");
    EXPECT_EQ(websocket.message(), "3probe");
    EXPECT_EQ(client.poll().body, "6");  // a poll that comes later too
    client.post(R"(42["burst"])");
    EXPECT_TRUE(websocket.wire().is_quiet(0));  // until `5` nothing goes there
    websocket.send("5");
    websocket.send(R"(42["echo",1])");
    for (int n = 0; n < 40; ++n) EXPECT_EQ(websocket.message(), R"(42["n",)" + std::to_string(n) + "]");
    EXPECT_EQ(websocket.message(), R"(42["back",1])");
    websocket.send("41");
    EXPECT_EQ(log.next(), "client namespace disconnect");
  }
}

TEST_P(Upgrade, E3_WaitingPollIsEndedByTheProbe) {
  PollingClient client = open();
  client.begin_poll();
  WebSocketClient websocket = probe(client);
  websocket.send("2probe");
  EXPECT_EQ(websocket.message(), "3probe");
  EXPECT_EQ(client.end_poll().body, "6");
}

// A client may send `5` and a poll at once: whichever connection is read first, the poll must not get packets.
TEST_P(Upgrade, E3_PollRightAfterTheUpgradeIsRefused) {
  for (int i = 0; i < 20; ++i) {
    PollingClient client = open();
    WebSocketClient websocket = probe(client);
    websocket.send("2probe");
    EXPECT_EQ(websocket.message(), "3probe");
    websocket.send("5");
    const Reply reply = client.poll();
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.body, kBadRequest);
    EXPECT_EQ(client.post("4x").body, kBadRequest);
    websocket.send(R"(42["echo"])");
    EXPECT_EQ(websocket.message(), R"(42["back"])");
  }
}

// The same when both have arrived and the poll is read first.
TEST_P(Upgrade, E3_UpgradeThatHasArrivedCountsBeforeAPollOrPost) {
  for (const std::string_view method : {"GET", "POST"}) {
    PollingClient client = open();
    WebSocketClient websocket = probe(client);
    websocket.send("2probe");
    EXPECT_EQ(websocket.message(), "3probe");
    std::promise<void> sent;
    const std::shared_future<void> both_sent = sent.get_future().share();
    Log blocked;
    for (unsigned shard = 0; shard < GetParam(); ++shard) {
      server.server().shard(shard).post([&blocked, both_sent] {
        blocked.add("");
        both_sent.wait();
      });
    }
    for (unsigned shard = 0; shard < GetParam(); ++shard) blocked.next();
    client.polls().send(method, client.target(), method == "POST" ? "4x" : "");
    websocket.send("5");
    sent.set_value();
    EXPECT_EQ(client.end_poll().body, kBadRequest) << method;
  }
}

TEST_P(Upgrade, E3_AbandonedProbeLeavesTheSessionOnPolling) {
  PollingClient client = open();
  for (const std::string packet : {"", "2probe", "4x", "5", "2probe|2probe"}) {
    WebSocketClient websocket = probe(client);
    if (packet == "2probe|2probe") websocket.send("2probe");
    if (!packet.empty()) websocket.send(packet.substr(0, packet.find('|')));
    if (packet.starts_with("2probe")) {
      EXPECT_EQ(websocket.message(), "3probe");
    }
    if (packet.empty() || packet == "2probe") {
      websocket.wire().reset();
    } else {
      EXPECT_EQ(websocket.close_code(), 0U) << packet;
    }
    client.post(R"(42["echo","still"])");
    for (;;) {  // the end of the probe may not have been seen yet: then polls get `6`
      const std::string body = client.poll().body;
      if (body == "6") continue;
      EXPECT_EQ(body, R"(42["back","still"])");
      break;
    }
  }
  WebSocketClient slow = probe(client);
  EXPECT_EQ(slow.close_code(), 0U);  // after upgrade_timeout
  WebSocketClient again = probe(client);
  again.send("2probe");
  EXPECT_EQ(again.message(), "3probe");
}

TEST_P(Upgrade, E3_SecondWebSocketIsClosedAndTheFirstGoesOn) {
  PollingClient client = open();
  WebSocketClient first = probe(client);
  WebSocketClient second = probe(client);
  // Either may have been first.
  first.send("2probe");
  second.send("2probe");
  const Frame one = first.receive();
  const Frame two = second.receive();
  EXPECT_EQ(one.opcode + two.opcode, 9U);
  WebSocketClient& kept = one.opcode == 1 ? first : second;
  WebSocketClient& closed = one.opcode == 1 ? second : first;
  EXPECT_EQ(closed.wire().read_to_end(), "");
  kept.send("5");
  WebSocketClient third = probe(client);
  EXPECT_EQ(third.close_code(), 0U);
  kept.send(R"(42["echo"])");
  EXPECT_EQ(kept.message(), R"(42["back"])");
}

TEST_P(Upgrade, E3_SessionThatEndsClosesItsProbe) {
  PollingClient client = open();
  WebSocketClient websocket = probe(client);
  websocket.send("2probe");
  EXPECT_EQ(websocket.message(), "3probe");
  client.post("1");
  EXPECT_EQ(websocket.close_code(), 0U);
  EXPECT_EQ(log.next(), "transport close");
}

TEST_P(Upgrade, RefusedUpgradesAreAnsweredAndTheConnectionEnds) {
  PollingClient client = open();
  struct Case {
    std::string target;
    int status;
    const char* body;
  };
  const std::string base = "/socket.io/?EIO=4&transport=";
  const Case cases[] = {
      {base + "websocket&sid=unknown", 400, R"({"code":1,"message":"Session ID unknown"})"},
      {base + "polling&sid=" + client.sid(), 400, R"({"code":3,"message":"Bad request"})"},
      {base + "polling", 400, R"({"code":3,"message":"Bad request"})"},
      {base + "abc", 400, R"({"code":0,"message":"Transport unknown"})"},
      {"/socket.io/?EIO=3&transport=websocket", 400, R"({"code":5,"message":"Unsupported protocol version"})"},
      {"/elsewhere", 404, "Not Found\n"},
  };
  for (int i = 0; i < 2; ++i) {
    for (const Case& c : cases) {
      HttpClient http(server.port());
      http.wire().send(WebSocketClient::upgrade_request(c.target));
      const Reply reply = http.receive();
      EXPECT_EQ(reply.status, c.status) << c.target;
      EXPECT_EQ(reply.body, c.body) << c.target;
      EXPECT_EQ(http.wire().read_to_end(), "") << c.target;
    }
  }
  client.post(R"(42["echo"])");
  EXPECT_EQ(client.poll().body, R"(42["back"])");
}

TEST_P(Upgrade, BadHandshakesOfTheWebSocketItselfAreRefused) {
  const auto refused = [&](const HeaderLines& headers) {
    HttpClient http(server.port());
    return http.request("GET", "/socket.io/?EIO=4&transport=websocket", {}, headers);
  };
  HeaderLines headers = {{"Connection", "keep-alive, Upgrade"},
                         {"Upgrade", "WebSocket"},
                         {"Sec-WebSocket-Version", "12"},
                         {"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}};
  const Reply version = refused(headers);
  EXPECT_EQ(version.status, 426);
  EXPECT_EQ(version.header("sec-websocket-version"), "13");
  headers[2].value = "13";
  headers[3].value = "short";
  EXPECT_EQ(refused(headers).status, 400);
  headers[3].value = "AAAAAAAAAAAAAAAAAAAAAA==";
  headers.push_back({"Origin", "http://elsewhere"});
  EXPECT_EQ(refused(headers).status, 403);
}

// The first message may come with the request, and on the way to the session's shard it must not be lost.
TEST_P(Upgrade, BytesThatCameWithTheRequestAreKept) {
  for (unsigned i = 0; i < GetParam(); ++i) {
    PollingClient client = open();
    std::vector<HttpClient> others;
    for (unsigned k = 0; k < i; ++k) others.emplace_back(server.port());
    Wire wire(server.port());
    wire.send(WebSocketClient::upgrade_request(client.upgrade_target()) + WebSocketClient::frame(1, "2probe") +
              WebSocketClient::frame(1, "5x").substr(0, 3));
    EXPECT_TRUE(wire.read_to("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(wire.read(8),
              "\x81\x06"
              "3probe");
    wire.send(WebSocketClient::frame(1, "5x").substr(3));
    wire.send(WebSocketClient::frame(1, R"(42["echo"])"));
    EXPECT_EQ(wire.read(12),
              "\x81\x0A"
              R"(42["back"])");
  }
  Wire wire(server.port());
  wire.send(WebSocketClient::upgrade_request("/socket.io/?EIO=4&transport=websocket") +
            WebSocketClient::frame(1, "40"));
  wire.read_to(R"("maxPayload":1000})");
  wire.read_to(R"(40{"sid":")");
}

TEST_P(Upgrade, W3_MessagesUpToTheLimitPass) {
  SocketIoClient client(server.port());
  const std::string event = R"(2["echo",")" + std::string(987, 'x') + R"("])";  // 999 and Engine.IO's `4`
  client.send(event);
  EXPECT_EQ(client.receive().size(), event.size());
  client.wire().send(WebSocketClient::frame(1, '4' + event + ' ').substr(0, 4));  // the head tells already
  EXPECT_EQ(client.websocket().close_code(), 1009U);
  EXPECT_EQ(log.next(), "transport error");
}

TEST_P(Upgrade, W4_FragmentsAreBounded) {
  SocketIoClient client(server.port());
  const auto in_fragments = [&](int count) {
    std::string bytes = WebSocketClient::frame(1, "4", false);
    for (int i = 2; i < count; ++i) bytes += WebSocketClient::frame(0, "", false);
    client.wire().send(bytes + WebSocketClient::frame(9, "ping") + WebSocketClient::frame(0, R"(2["echo"])"));
  };
  in_fragments(4);
  const Frame pong = client.websocket().receive();
  EXPECT_EQ(pong.opcode, 10U);
  EXPECT_EQ(pong.payload, "ping");
  EXPECT_EQ(client.receive(), R"(2["back"])");
  in_fragments(5);
  EXPECT_EQ(client.websocket().close_code(), 1008U);
}

TEST_P(Upgrade, E5_FloodOfPingFramesEndsTheSession) {
  SocketIoClient client(server.port());
  std::string pings;
  for (int i = 0; i < 21; ++i) pings += WebSocketClient::frame(9, "");
  client.wire().send(pings);
  EXPECT_EQ(client.websocket().close_code(), 0U);
  EXPECT_EQ(log.next(), "flood");
}

}  // namespace
}  // namespace sio::test
