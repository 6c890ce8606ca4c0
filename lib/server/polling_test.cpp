// Engine.IO over polling, its requests coming in over connections of any shard.
#include <gtest/gtest.h>

#include "ids.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

class Echo final : public EngineClient {
 public:
  Echo(EngineSocket& socket, Log& log) : socket_(socket), log_(log) {}
  void on_message(bool binary, std::string_view data) override {
    if (data == "throw") throw std::runtime_error("planned");
    if (data == "close") return socket_.close(DisconnectReason::forced_close);
    socket_.send({SharedBytes(binary ? std::string(data) : '4' + std::string(data)), binary, false});
  }
  void on_close(DisconnectReason reason) override { log_.add(std::string(to_string(reason))); }

 private:
  EngineSocket& socket_;
  Log& log_;
};

struct EchoApplication final : EngineApplication {
  std::unique_ptr<EngineClient> on_open(EngineSocket& socket) override {
    if (socket.handshake().query.contains("throw")) throw std::runtime_error("planned");
    if (socket.handshake().query.contains("none")) return nullptr;
    if (socket.handshake().query.contains("greet")) socket.send({SharedBytes("4hello"), false, false});
    if (socket.handshake().query.contains("close")) socket.close(DisconnectReason::forced_close);
    return std::make_unique<Echo>(socket, log);
  }
  Log log;
};

struct Polling : testing::TestWithParam<unsigned> {
  Polling() : server(threads(GetParam())) {
    EngineOptions options;
    options.session.max_payload = 1'000;
    server.server().serve_engine_io(options, application);
    server.start();
  }
  PollingClient open(const std::string& query = {}) { return PollingClient(server.port(), "/engine.io/", query); }
  // On a connection of its own, and so each time on the next shard.
  Reply elsewhere(std::string_view method, const std::string& target, std::string_view body = {},
                  const HeaderLines& headers = {}) {
    return HttpClient(server.port()).request(method, target, body, headers);
  }

  EchoApplication application;
  TestServer server;
};

INSTANTIATE_TEST_SUITE_P(Shards, Polling, testing::Values(1U, 4U));

constexpr std::string_view kUnknown = R"({"code":1,"message":"Session ID unknown"})";
constexpr std::string_view kBadRequest = R"({"code":3,"message":"Bad request"})";

TEST_P(Polling, RequestsMayComeInOverAnyConnection) {
  PollingClient client = open();
  for (int i = 0; i < 8; ++i) {
    const std::string packet = "4hello " + std::to_string(i);
    const Reply posted = elsewhere("POST", client.target(), packet);
    EXPECT_EQ(posted.status, 200);
    EXPECT_EQ(posted.body, "ok");
    EXPECT_EQ(posted.header("content-type"), "text/html");
    EXPECT_EQ(posted.header("cache-control"), "no-store");
    const Reply polled = elsewhere("GET", client.target());
    EXPECT_EQ(polled.status, 200);
    EXPECT_EQ(polled.body, packet);
    EXPECT_EQ(polled.header("content-type"), "text/plain; charset=UTF-8");
    EXPECT_EQ(polled.header("cache-control"), "no-store");
  }
}

TEST_P(Polling, PollWaitsUntilThereIsAPacket) {
  PollingClient client = open();
  for (int i = 0; i < 4; ++i) {
    client.begin_poll();
    EXPECT_EQ(elsewhere("POST", client.target(),
                        "4a\x1e"
                        "4b\x1e"
                        "bAQID")
                  .body,
              "ok");
    EXPECT_TRUE(client.end_poll().body.starts_with("4a"));  // with the others, or they come next
    if (client.polls().wire().has_received()) FAIL() << "two answers";
    client.post("4end");
    std::string rest;
    while (!rest.ends_with("4end")) rest += client.poll().body;
  }
}

TEST_P(Polling, E1_RequestsAreCheckedInTheOrderOfTheTable) {
  PollingClient client = open();
  const std::string sid = "&sid=" + client.sid();
  struct Case {
    const char* method;
    std::string query;
    int status;
    std::string_view body;
  };
  const std::string unknown = "&sid=" + std::string(client.sid().rbegin(), client.sid().rend());
  const Case cases[] = {
      {"GET", "EIO=4", 400, R"({"code":0,"message":"Transport unknown"})"},
      {"GET", "EIO=4&transport=abc" + sid, 400, R"({"code":0,"message":"Transport unknown"})"},
      {"GET", "EIO=4&transport=polling" + unknown, 400, kUnknown},
      {"POST", "EIO=4&transport=polling" + unknown, 400, kUnknown},
      {"GET", "EIO=4&transport=polling&sid=x", 400, kUnknown},
      {"GET", "EIO=4&transport=websocket" + sid, 400, kBadRequest},
      {"GET", "EIO=3&transport=polling" + sid, 400, kBadRequest},
      {"PUT", "EIO=4&transport=polling" + sid, 400, kBadRequest},
      {"POST", "EIO=4&transport=polling", 400, R"({"code":2,"message":"Bad handshake method"})"},
      {"PUT", "EIO=4&transport=polling", 400, R"({"code":2,"message":"Bad handshake method"})"},
      {"GET", "EIO=4&transport=websocket", 400, kBadRequest},
      {"GET", "EIO=3&transport=polling", 400, R"({"code":5,"message":"Unsupported protocol version"})"},
      {"GET", "transport=polling", 400, R"({"code":5,"message":"Unsupported protocol version"})"},
  };
  for (const Case& c : cases) {
    const Reply reply = elsewhere(c.method, "/engine.io/?" + c.query);
    EXPECT_EQ(reply.status, c.status) << c.query;
    EXPECT_EQ(reply.body, c.body) << c.query;
    EXPECT_EQ(reply.header("content-type"), "application/json") << c.query;
  }
  EXPECT_EQ(elsewhere("GET", "/engine.io").status, 404);
  client.post("4still there");
  EXPECT_EQ(client.poll().body, "4still there");
}

TEST_P(Polling, W8_ForeignOriginIsForbiddenAtTheHandshake) {
  const std::string target = "/engine.io/?EIO=4&transport=polling";
  const Reply refused = elsewhere("GET", target, {}, {{"Origin", "http://elsewhere"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"code":4,"message":"Forbidden"})");
  EXPECT_EQ(elsewhere("GET", target, {}, {{"Origin", "http://test"}}).status, 200);
}

TEST_P(Polling, E2_OverlappingPollsEndTheSession) {
  for (unsigned i = 0; i < GetParam(); ++i) {
    PollingClient client = open();
    client.begin_poll();
    const Reply reply = elsewhere("GET", client.target());
    const Reply first = client.end_poll();
    // Either may come in after the other: that one is refused.
    EXPECT_EQ(std::min(first.status, reply.status), 200);
    EXPECT_EQ(std::max(first.status, reply.status), 400);
    EXPECT_EQ(first.status == 200 ? first.body : reply.body, "1");
    EXPECT_EQ(first.status == 200 ? reply.body : first.body, "");
    EXPECT_EQ(client.poll().body, kUnknown);
    EXPECT_EQ(application.log.next(), "overlapping request");
    open();  // another connection: the next session is on the next shard
  }
}

TEST_P(Polling, E2_OverlappingPostsEndTheSession) {
  PollingClient client = open();
  HttpClient first(server.port());
  first.wire().send(HttpClient::head_of("POST", client.target(), {{"Content-Length", "10"}}) + "4half");
  // Whichever head is there first, the other one overlaps it.
  HttpClient other(server.port());
  other.wire().send(HttpClient::head_of("POST", client.target(), {{"Content-Length", "10"}}) + "4half");
  EXPECT_EQ(application.log.next(), "overlapping request");
  first.wire().send("-done");
  other.wire().send("-done");
  EXPECT_EQ(first.receive().status, 400);
  EXPECT_EQ(other.receive().status, 400);
  EXPECT_EQ(client.poll().body, kUnknown);
}

TEST_P(Polling, DroppedPollEndsTheSession) {
  PollingClient client = open();
  client.begin_poll();
  client.polls().wire().close();
  EXPECT_EQ(application.log.next(), "transport close");
  EXPECT_EQ(elsewhere("GET", client.target()).body, kUnknown);
}

TEST_P(Polling, PostLostInItsBodyEndsTheSession) {
  PollingClient client = open();
  client.begin_poll();
  {
    HttpClient lost(server.port());
    lost.wire().send(HttpClient::head_of("POST", client.target(), {{"Content-Length", "10"}}) + "4half");
  }
  EXPECT_EQ(application.log.next(), "transport close");
  EXPECT_EQ(client.end_poll().body, "1");
}

TEST_P(Polling, H5_BodyOverTheLimitIs413AndTheSessionStays) {
  PollingClient client = open();
  EXPECT_EQ(elsewhere("POST", client.target(), '4' + std::string(999, 'x')).status, 200);
  EXPECT_EQ(elsewhere("GET", client.target()).body.size(), 1'000U);
  const Reply declared = elsewhere("POST", client.target(), '4' + std::string(1'000, 'x'));
  EXPECT_EQ(declared.status, 413);
  EXPECT_EQ(declared.body, "");
  EXPECT_EQ(declared.header("connection"), "close");
  HttpClient chunked(server.port());
  chunked.wire().send(HttpClient::head_of("POST", client.target(), {{"Transfer-Encoding", "chunked"}}) + "3E9\r\n" +
                      std::string(1'001, '4') + "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.receive().status, 413);
  EXPECT_EQ(elsewhere("POST", client.target(), "4alive").body, "ok");
  EXPECT_EQ(elsewhere("GET", client.target()).body, "4alive");
}

TEST_P(Polling, BodiesMayBeChunkedAndSplitAnywhere) {
  PollingClient client = open();
  HttpClient chunked(server.port());
  const std::string request = HttpClient::head_of("POST", client.target(), {{"Transfer-Encoding", "chunked"}}) +
                              "3\r\n4\xE2\x82\r\n4\r\n\xAC\x1E"
                              "4x\r\n0\r\n\r\n";
  for (const char byte : request) chunked.wire().send({&byte, 1});
  EXPECT_EQ(chunked.receive().body, "ok");
  EXPECT_EQ(elsewhere("GET", client.target()).body,
            "4\xE2\x82\xAC\x1e"
            "4x");
}

TEST_P(Polling, BrokenPostsEndTheSession) {
  for (const std::string body : {"", "abc", "4a\x1e", "2", "b=", "4\xFF"}) {
    PollingClient client = open();
    client.begin_poll();
    EXPECT_EQ(client.post(body).status, 400) << body;
    EXPECT_EQ(application.log.next(), "parse error");
    const Reply poll = client.end_poll();  // or it came after the POST
    EXPECT_TRUE(poll.body == "1" ||
                poll.body ==
                    "4a\x1e"
                    "1" ||
                poll.body == kUnknown)
        << poll.body;
  }
  PollingClient client = open();
  const Reply binary = elsewhere("POST", client.target(), "4a", {{"Content-Type", "application/octet-stream"}});
  EXPECT_EQ(binary.status, 400);
  EXPECT_EQ(binary.body, "");
  EXPECT_EQ(application.log.next(), "parse error");
}

TEST_P(Polling, ClientsCloseAnswersItsPollWithNoop) {
  PollingClient client = open();
  client.begin_poll();
  EXPECT_EQ(client.post("1").body, "ok");
  EXPECT_EQ(application.log.next(), "transport close");
  EXPECT_EQ(client.end_poll().body, "6");
  EXPECT_EQ(client.poll().body, kUnknown);
}

TEST_P(Polling, ServersCloseReachesTheNextPoll) {
  PollingClient client = open();
  EXPECT_EQ(client
                .post("4a\x1e"
                      "4close\x1e"
                      "4never")
                .body,
            "ok");
  EXPECT_EQ(application.log.next(), "forced close");
  EXPECT_EQ(client.poll().body, "4a");
  EXPECT_EQ(client.poll().body, "1");
  EXPECT_EQ(client.poll().body, kUnknown);
}

TEST_P(Polling, ApplicationMaySendAndCloseWhileTheSessionOpens) {
  EXPECT_EQ(open("&greet").poll().body, "4hello");
  PollingClient client = open("&greet&close");
  EXPECT_EQ(application.log.next(), "forced close");
  EXPECT_EQ(client.poll().body, "4hello");
  EXPECT_EQ(client.poll().body, "1");
  WebSocketClient websocket(server.port(), "/engine.io/?EIO=4&transport=websocket&greet&close");
  EXPECT_TRUE(websocket.message().starts_with("0{"));
  EXPECT_EQ(websocket.message(), "4hello");
  EXPECT_EQ(websocket.close_code(), 0U);
  EXPECT_EQ(application.log.next(), "forced close");
}

TEST_P(Polling, S8_ApplicationThatThrowsEndsOnlyWhatItThrewIn) {
  for (const std::string query : {"&throw", "&none"}) {
    PollingClient client = open(query);
    EXPECT_EQ(client.poll().body, "1");
    WebSocketClient websocket(server.port(), "/engine.io/?EIO=4&transport=websocket" + query);
    EXPECT_TRUE(websocket.message().starts_with("0{"));
    EXPECT_EQ(websocket.close_code(), 0U);
  }
  PollingClient client = open();
  EXPECT_EQ(client
                .post("4throw\x1e"
                      "4next")
                .body,
            "ok");
  EXPECT_EQ(client.poll().body, "4next");
}

// Handles in session ids are no secret, so they can be guessed: it needs the secret besides.
TEST_P(Polling, E7_GuessedSessionIdsLookUnknown) {
  PollingClient client = open();
  for (std::size_t i = 0; i < client.sid().size(); ++i) {
    std::string guess = client.sid();
    guess[i] = guess[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(client.polls().get("/engine.io/?EIO=4&transport=polling&sid=" + guess).body, kUnknown);
  }
  client.post("1");
  EXPECT_EQ(client.poll().body, "6");
  SessionId guess = parse_session_id(client.sid()).value();
  const Handle shard = guess.handle >> 56 << 56;
  for (Handle slot = 0; slot < 4; ++slot) {
    for (Handle generation = 0; generation < 8; ++generation) {
      guess.handle = shard | generation << 32 | slot;
      const std::string target = "/engine.io/?EIO=4&transport=polling&sid=" + format_session_id(guess);
      EXPECT_EQ(client.polls().get(target).body, kUnknown);
      EXPECT_EQ(client.posts().request("POST", target, "4x").body, kUnknown);
    }
  }
}

}  // namespace
}  // namespace sio::test
