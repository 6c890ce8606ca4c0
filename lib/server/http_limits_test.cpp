// Sizes and times that a client may not exceed.
#include <gtest/gtest.h>

#include "test_server.hpp"

namespace sio::test {
namespace {

struct HttpLimits : testing::Test {
  HttpLimits() : server(options()) {
    server.server().http().add(
        {.method = "POST", .pattern = "/post", .body_bytes_max = 1'000, .handler = [](const RouteRequest& request) {
           http::Response response;
           response.body = std::to_string(request.http.body.size());
           return response;
         }});
    server.server().http().add({.method = "GET", .pattern = "/large", .handler = [](const RouteRequest&) {
                                  http::Response response;
                                  response.body.assign(16'000'000, 'x');
                                  return response;
                                }});
    SocketIoOptions socket_io;
    socket_io.engine.session.max_payload = 1'000;
    server.server().serve_socket_io(socket_io);
    server.of("/");
    server.start();
  }
  static ServerOptions options() {
    ServerOptions options = threads(2);
    options.http.head_timeout = Milliseconds(150);
    options.http.body = {.whole = Milliseconds(200), .grace = Milliseconds(150)};
    options.http.keep_alive_timeout = Milliseconds(250);
    options.http.write_timeout = Milliseconds(300);
    options.http.parser.fields_max = 10;
    options.http.parser.head_bytes_max = 1'000;
    options.http.parser.target_bytes_max = 200;
    return options;
  }
  // The answer's status; the connection must then end.
  int refused(const std::string& request) {
    HttpClient http(server.port());
    http.wire().send(request);
    const Reply reply = http.receive();
    EXPECT_EQ(reply.header("connection"), "close");
    EXPECT_EQ(http.wire().read_to_end(), "");
    return reply.status;
  }

  TestServer server;
};

TEST_F(HttpLimits, H4_HeadsOverTheirLimitsAreRefused) {
  EXPECT_EQ(refused(HttpClient::head_of("GET", "/" + std::string(200, 'x'))), 414);
  EXPECT_EQ(refused(HttpClient::head_of("GET", "/", {{"X", std::string(1'000, 'x')}})), 431);
  EXPECT_EQ(refused(HttpClient::head_of("GET", "/", HeaderLines(10, {"X", "y"}))), 431);
  HttpClient http(server.port());
  EXPECT_EQ(http.get("/" + std::string(199, 'x')).status, 404);
  EXPECT_EQ(http.get("/", HeaderLines(9, {"X", "y"})).status, 404);
}

TEST_F(HttpLimits, H5_BodiesOverTheirLimitAre413) {
  HttpClient http(server.port());
  EXPECT_EQ(http.request("POST", "/post", std::string(1'000, 'x')).body, "1000");
  EXPECT_EQ(refused(HttpClient::head_of("POST", "/post", {{"Content-Length", "1001"}})), 413);
  EXPECT_EQ(refused(HttpClient::head_of("POST", "/post", {{"Transfer-Encoding", "chunked"}}) + "3E9\r\n" +
                    std::string(1'001, 'x')),
            413);
  EXPECT_EQ(
      refused(HttpClient::head_of("POST", "/socket.io/?EIO=4&transport=polling&sid=x", {{"Content-Length", "1001"}}) +
              std::string(1'001, 'x')),
      400);  // the session is unknown, which its head has told
  EXPECT_EQ(refused(HttpClient::head_of("POST", "/socket.io/?EIO=4&transport=polling", {{"Content-Length", "1001"}}) +
                    std::string(1'001, 'x')),
            413);
}

// The body that is refused may be on its way: the answer must arrive all the same, not be lost to a reset.
TEST_F(HttpLimits, H5_AnswerArrivesThoughTheBodyIsStillSent) {
  HttpClient http(server.port());
  http.wire().send(HttpClient::head_of("POST", "/post", {{"Content-Length", "500000"}}));
  EXPECT_EQ(http.receive().status, 413);
  for (int i = 0; i < 5; ++i) http.wire().send(std::string(100'000, 'x'));  // a reset would stop this
  EXPECT_EQ(http.wire().read_to_end(), "");
}

TEST_F(HttpLimits, H6_SlowHeadIs408) {
  EXPECT_EQ(refused("GET / HTT"), 408);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: test\r\n"), 408);
  HttpClient http(server.port());
  EXPECT_EQ(http.get("/").status, 404);
  http.wire().send("GET /");
  EXPECT_EQ(http.receive().status, 408);
}

TEST_F(HttpLimits, H6_SlowBodyIs408) {
  EXPECT_EQ(refused(HttpClient::head_of("POST", "/post", {{"Content-Length", "10"}}) + "half"), 408);
}

TEST_F(HttpLimits, H6_SlowPostEndsItsSession) {
  PollingClient client(server.port());
  HttpClient slow(server.port());
  slow.wire().send(HttpClient::head_of("POST", client.target(), {{"Content-Length", "10"}}) + "40");
  EXPECT_EQ(slow.receive().status, 408);
  EXPECT_EQ(HttpClient(server.port()).get(client.target()).status, 400);
}

TEST_F(HttpLimits, H6_ConnectionsThatAskForNothingEnd) {
  Wire silent(server.port());
  EXPECT_EQ(silent.read_to_end(), "");
  HttpClient idle(server.port());
  EXPECT_EQ(idle.get("/").status, 404);
  EXPECT_EQ(idle.wire().read_to_end(), "");
}

TEST_F(HttpLimits, H6_WaitingPollsHaveNoTimeLimitOfTheirConnection) {
  PollingClient client(server.port());
  client.begin_poll();
  EXPECT_TRUE(client.polls().wire().is_quiet(500));  // longer than any limit above
  HttpClient(server.port()).request("POST", client.target(), "40");
  EXPECT_TRUE(client.end_poll().body.starts_with("40{"));
}

TEST_F(HttpLimits, H6_ReaderThatStallsAnAnswerIsReset) {
  Wire wire(server.port(), 4 * 1024);
  wire.send(HttpClient::head_of("GET", "/large"));
  std::string begin = wire.read(1'000);
  EXPECT_TRUE(begin.starts_with("HTTP/1.1 200 "));
  for (int i = 0; i < 4; ++i) Wire(server.port()).read_to_end();  // each ends after head_timeout: a clock of 600 ms
  EXPECT_LT(wire.read_to_end().size(), 15'000'000U);
}

}  // namespace
}  // namespace sio::test
