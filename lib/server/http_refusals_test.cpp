// Requests that a server must not serve, over a connection: the answer, the end, and that nothing behind them is read.
#include <gtest/gtest.h>

#include <atomic>

#include "test_server.hpp"

namespace sio::test {
namespace {

using std::string_literals::operator""s;

struct HttpRefusals : testing::Test {
  HttpRefusals() : server(threads(2)) {
    HttpRouter& http = server.server().http();
    http.add(
        {.method = "POST", .pattern = "/post", .body_bytes_max = 100'000, .handler = [](const RouteRequest& request) {
           http::Response response;
           response.body = request.http.body;
           return response;
         }});
    http.add({.method = "GET", .pattern = "/witness", .handler = [this](const RouteRequest&) {
                ++witnessed;
                return http::Response{};
              }});
    server.server().serve_socket_io({});
    server.of("/");
    server.start();
  }
  // The status; the connection must say that it closes, and end without a second answer, whatever was sent behind.
  int refused(const std::string& request) {
    HttpClient http(server.port());
    http.wire().send(std::string(request).append(kWitness));
    const Reply reply = http.receive();
    EXPECT_EQ(reply.header("connection"), "close") << request;
    EXPECT_EQ(http.wire().read_to_end(), "") << request;
    EXPECT_EQ(witnessed, 0) << request;
    return reply.status;
  }

  static constexpr std::string_view kWitness = "GET /witness HTTP/1.1\r\nHost: x\r\n\r\n";
  static std::string post(const std::string& target, const std::string& headers, const std::string& body) {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
  }

  std::atomic<int> witnessed{0};
  TestServer server;
};

const std::vector<std::string> kTargets = {"/post", "/nowhere", "/socket.io/?EIO=4&transport=polling&sid=x"};

TEST_F(HttpRefusals, WhatFollowsAGoodRequestIsServed) {
  HttpClient http(server.port());
  http.wire().send(post("/post", "Content-Length: 2\r\n", "ab").append(kWitness));
  EXPECT_EQ(http.receive().body, "ab");
  EXPECT_EQ(http.receive().status, 200);
  EXPECT_EQ(witnessed, 1);
}

// Request smuggling: where two readers would see the body's end in two places, there is no body and no next request.
TEST_F(HttpRefusals, H1_DoubtfulFramingIs400AndNothingBehindItIsParsed) {
  for (const std::string& target : kTargets) {
    EXPECT_EQ(refused(post(target, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target, "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target, "Transfer-Encoding: identity\r\n", "")), 400);
    EXPECT_EQ(refused(post(target, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target,
                           "Transfer-Encoding: \x0b"
                           "chunked\r\n",
                           "0\r\n\r\n")),
              400);
    EXPECT_EQ(refused(post(target, "Content-Length: 0\r\nContent-Length: 0\r\n", "")), 400);
    EXPECT_EQ(refused(post(target, "Content-Length: 0, 0\r\n", "")), 400);
    EXPECT_EQ(refused(post(target, "Content-Length: +0\r\n", "")), 400);
    EXPECT_EQ(refused("POST " + target + " HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  }
}

TEST_F(HttpRefusals, H2_TrailersAndLongExtensionsAre400) {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  for (const std::string target : {"/post", "/nowhere"}) {
    EXPECT_EQ(refused(post(target, chunked, "1\r\na\r\n0\r\nHost: y\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target, chunked, "1;" + std::string(256, 'x') + "\r\na\r\n0\r\n\r\n")), 400);
    EXPECT_EQ(refused(post(target, chunked, "1;x\na\r\n0\r\n\r\n")), 400);
  }
}

TEST_F(HttpRefusals, H3_MalformedHeadsAre400) {
  for (const std::string head : {
           "GET /witness HTTP/1.1\r\n\r\n",
           "GET /witness HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
           "GET /witness HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
           "GET /witness HTTP/1.1\nHost: x\n\n",
           "GET /witness HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
           "GET /witness HTTP/1.1\r\nHost : x\r\n\r\n",
       }) {
    EXPECT_EQ(refused(head), 400);
  }
  EXPECT_EQ(refused("GET /witness HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s), 400);
}

// A compressed body is a way to send much for little; and taken as it is it would be misread.
TEST_F(HttpRefusals, H8_CodedBodiesAre415AndNeverInflated) {
  const std::string gzip = std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);
  for (const std::string& target : kTargets) {
    for (const std::string coding : {"gzip", "deflate", "br", "GZIP", "identity, gzip", "x"}) {
      EXPECT_EQ(refused(post(target, "Content-Encoding: " + coding + "\r\nContent-Length: 20\r\n", gzip)), 415)
          << target << coding;
    }
    EXPECT_EQ(
        refused(post(target, "Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n", gzip)),
        415);
    EXPECT_EQ(refused(post(target, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "14\r\n" + gzip)), 415);
    EXPECT_EQ(refused(post(target, "Content-Encoding: gzip\r\nContent-Length: 20\r\n", "")), 415);  // by the head alone
  }
}

TEST_F(HttpRefusals, H8_UncodedBodiesAreTaken) {
  HttpClient http(server.port());
  EXPECT_EQ(http.request("POST", "/post", "ab", {{"Content-Encoding", "identity"}}).body, "ab");
  EXPECT_EQ(http.request("POST", "/post", "ab", {{"Content-Encoding", ""}}).body, "ab");
  EXPECT_EQ(http.get("/witness", {{"Content-Encoding", "gzip"}}).status, 200);  // there is nothing to inflate
}

// The session of a POST that was not read goes on.
TEST_F(HttpRefusals, H8_CodedPostLeavesItsSessionAlone) {
  PollingClient client(server.port());
  EXPECT_EQ(HttpClient(server.port()).request("POST", client.target(), "40", {{"Content-Encoding", "gzip"}}).status,
            415);
  EXPECT_EQ(client.post("40").body, "ok");
  EXPECT_TRUE(client.packets(1).front().starts_with("40{"));
}

// Browsers ask nobody before they open a WebSocket elsewhere.
TEST_F(HttpRefusals, W8_WebSocketOfAForeignOriginIsForbidden) {
  const auto upgrade = [this](const std::string& target, const std::string& origin) {
    HttpClient http(server.port());
    std::string request = WebSocketClient::upgrade_request(target);
    if (!origin.empty()) request.insert(request.find("\r\n") + 2, "Origin: " + origin + "\r\n");
    http.wire().send(request);
    const Reply reply = http.receive(true);
    if (reply.status == 403) {
      EXPECT_EQ(reply.header("connection"), "close");
      EXPECT_EQ(http.wire().read_to_end(), R"({"code":4,"message":"Forbidden"})");
    }
    return reply.status;
  };
  PollingClient client(server.port());
  for (const std::string& target : {"/socket.io/?EIO=4&transport=websocket"s, client.upgrade_target()}) {
    for (const std::string origin : {"http://evil.example", "null", "http://test:81", "http://test.evil.example"}) {
      EXPECT_EQ(upgrade(target, origin), 403) << target << origin;
    }
  }
  for (const std::string origin : {"", "http://test", "https://test"}) {
    EXPECT_EQ(upgrade("/socket.io/?EIO=4&transport=websocket", origin), 101) << origin;
  }
  EXPECT_EQ(client.post("40").body, "ok");
}

TEST_F(HttpRefusals, H8_TraceAndUnknownMethodsAre405OnRoutes) {
  HttpClient http(server.port());
  for (const std::string method : {"TRACE", "BREW", "get", "PROPFIND"}) {
    for (const std::string target : {"/post", "/witness", "/nowhere"}) {
      const Reply reply = http.request(method, target);
      EXPECT_EQ(reply.status, 405) << method << target;
      EXPECT_TRUE(reply.headers.contains("allow")) << method << target;
    }
  }
  EXPECT_EQ(witnessed, 0);
}

}  // namespace
}  // namespace sio::test
