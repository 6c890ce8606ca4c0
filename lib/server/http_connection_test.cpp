// An application's own HTTP: routes on shards and in pools, what holds for every answer, one request at a time.
#include <gtest/gtest.h>

#include <stdexcept>

#include "test_server.hpp"

namespace sio::test {
namespace {

http::Response text(std::string body, int status = 200) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

struct Routes : testing::Test {
  Routes() : server(options()) {
    HttpRouter& http = server.server().http();
    const auto where = [](const RouteRequest& request) {
      return text(std::string(rt::Shard::current() == nullptr ? "pool " : "shard ") +
                  std::string(request.parameter("name")) + " " + request.http.body);
    };
    http.add({.method = "GET", .pattern = "/shard/{name}", .handler = where});
    http.add({.method = "POST", .pattern = "/shard/{name}", .body_bytes_max = 1'000, .handler = where});
    http.add({.method = "POST", .pattern = "/pool/{name}", .run_on = RunOn::pool, .handler = where});
    http.add({.method = "POST", .pattern = "/hash/{name}", .run_on = RunOn::hash, .handler = where});
    http.add({.method = "GET", .pattern = "/hold/pool", .run_on = RunOn::pool, .handler = [this](const RouteRequest&) {
                return hold();
              }});
    http.add({.method = "GET", .pattern = "/hold/hash", .run_on = RunOn::hash, .handler = [this](const RouteRequest&) {
                return hold();
              }});
    for (const RunOn run_on : {RunOn::shard, RunOn::pool}) {
      http.add({.method = "GET",
                .pattern = run_on == RunOn::shard ? "/throw/shard" : "/throw/pool",
                .run_on = run_on,
                .handler = [](const RouteRequest& request) -> http::Response {
                  if (request.http.query.contains("int")) throw 7;
                  throw std::runtime_error("planned");
                }});
    }
    http.add({.method = "GET", .pattern = "/large", .handler = [](const RouteRequest&) {
                return text(std::string(8'000'000, 'x'));
              }});
    http.add({.method = "GET", .pattern = "/bye", .handler = [](const RouteRequest&) {
                http::Response response = text("bye");
                response.close = true;
                return response;
              }});
    http.set_response_filter([](const RouteRequest& request, http::Response& response) {
      response.headers.set("X-Request-Id", request.request_id);
      response.headers.set("X-Seen", request.http.path);
    });
    http.set_error_renderer([](int status, const RouteRequest* request) {
      if (request != nullptr && request->http.query.contains("render-throws")) throw std::runtime_error("planned");
      return text("error " + std::to_string(status), status);
    });
  }
  static ServerOptions options() {
    ServerOptions options = threads(2);
    options.http.pool_threads = 1;
    options.http.pool_queue_max = 1;
    options.http.hash_threads = 1;
    options.http.hash_queue_max = 1;
    options.http.cors = http::CorsPolicy({"http://friend"});
    return options;
  }
  http::Response hold() {
    held.add("held");
    release.next();
    return text("released");
  }
  HttpClient client() {
    if (server.port() == 0) server.start();
    return HttpClient(server.port());
  }

  Log held;
  Log release;
  TestServer server;
};

TEST_F(Routes, HandlersRunWhereTheirRouteSays) {
  HttpClient http = client();
  EXPECT_EQ(http.get("/shard/a%20b").body, "shard a b ");
  EXPECT_EQ(http.request("POST", "/shard/x", "body").body, "shard x body");
  EXPECT_EQ(http.request("POST", "/pool/x", "body").body, "pool x body");
  EXPECT_EQ(http.request("POST", "/hash/x", "body").body, "pool x body");
}

TEST_F(Routes, A2_FullPoolIs503AndTheOthersGoOn) {
  for (const std::string pool : {"pool", "hash"}) {
    HttpClient running = client();
    running.send("GET", "/hold/" + pool);
    held.next();
    HttpClient queued = client();
    queued.send("GET", "/hold/" + pool);
    const rt::BlockingPool& waited_for = pool == "pool" ? server.server().pool() : server.server().hash_pool();
    while (waited_for.queued() == 0) client().get("/shard/x");
    HttpClient refused = client();
    const Reply reply = refused.get("/hold/" + pool);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, "error 503");
    EXPECT_EQ(reply.header("connection"), "keep-alive");
    EXPECT_EQ(client().get("/shard/x").body, "shard x ");
    EXPECT_EQ(client().request("POST", pool == "pool" ? "/hash/x" : "/pool/x", "y").body, "pool x y");
    release.add("");
    EXPECT_EQ(running.receive().body, "released");
    held.next();
    release.add("");
    EXPECT_EQ(queued.receive().body, "released");
  }
}

TEST_F(Routes, AnswerForAClientThatHasLeftIsDropped) {
  HttpClient gone = client();
  gone.send("GET", "/hold/pool");
  held.next();
  gone.wire().reset();
  release.add("");
  EXPECT_EQ(client().request("POST", "/pool/x", "y").body, "pool x y");
}

TEST_F(Routes, ThrowingHandlersGive500) {
  HttpClient http = client();
  for (const std::string target : {"/throw/shard", "/throw/pool", "/throw/shard?int", "/throw/pool?int"}) {
    const Reply reply = http.get(target);
    EXPECT_EQ(reply.status, 500) << target;
    EXPECT_EQ(reply.body, "error 500") << target;
  }
  const Reply rendered = http.get("/throw/shard?render-throws");
  EXPECT_EQ(rendered.status, 500);
  EXPECT_EQ(rendered.body, "Internal Server Error\n");
}

TEST_F(Routes, FallbackAndFilterMayThrowToo) {
  server.server().http().set_fallback([](const RouteRequest& request) -> http::Response {
    if (request.http.path == "/page") return text("page");
    throw std::runtime_error("planned");
  });
  server.server().http().set_response_filter([](const RouteRequest&, http::Response&) { throw 7; });
  HttpClient http = client();
  EXPECT_EQ(http.get("/page").body, "page");
  EXPECT_EQ(http.get("/other").status, 500);
  EXPECT_EQ(http.request("POST", "/page", "x").status, 404);
}

TEST_F(Routes, HeadIsGetWithoutItsBody) {
  HttpClient http = client();
  const Reply head = http.request("HEAD", "/shard/x");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "8");
  EXPECT_EQ(http.request("HEAD", "/nowhere").status, 404);
  EXPECT_EQ(http.get("/shard/x").body, "shard x ");  // nothing of a body came between
}

TEST_F(Routes, H8_MethodsThatNoRouteHasAre405WithAllow) {
  HttpClient http = client();
  const Reply put = http.request("PUT", "/shard/x", "body");
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(put.body, "error 405");
  EXPECT_EQ(http.request("TRACE", "/shard/x").status, 405);
  EXPECT_EQ(http.request("BREW", "/nowhere").status, 405);
  EXPECT_EQ(http.get("/nowhere").body, "error 404");
}

TEST_F(Routes, X2_EveryAnswerIsFilteredAndHasItsId) {
  server.of("/");
  HttpClient http = client();
  std::string last;
  for (const std::string target : {"/shard/x", "/nowhere", "/throw/pool", "/socket.io/?EIO=4&transport=polling",
                                   "/socket.io/?EIO=4&transport=polling&sid=x"}) {
    const Reply reply = http.get(target);
    EXPECT_NE(reply.header("x-request-id"), last);
    last = reply.header("x-request-id");
    EXPECT_EQ(reply.header("x-seen"), target.substr(0, target.find('?')));
  }
  http.wire().send("nonsense\r\n\r\n");
  const Reply bad = http.receive();
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.body, "error 400");
  EXPECT_NE(bad.header("x-request-id"), "");
  EXPECT_EQ(http.wire().read_to_end(), "");
}

TEST_F(Routes, CorsHeadersAreOnEveryAnswerToAFriend) {
  HttpClient http = client();
  const HeaderLines origin = {{"Origin", "http://friend"}};
  for (const Reply& reply : {http.get("/shard/x", origin), http.get("/nowhere", origin),
                             http.request("POST", "/shard/x", std::string(1'001, 'x'), origin)}) {
    EXPECT_EQ(reply.header("access-control-allow-origin"), "http://friend") << reply.status;
  }
  EXPECT_EQ(client().get("/shard/x", {{"Origin", "http://stranger"}}).header("access-control-allow-origin"), "");
}

// H7: the second request is looked at when the first is answered, and the answers keep the order.
TEST_F(Routes, H7_PipelinedRequestsAreServedOneByOne) {
  HttpClient http = client();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    const std::string body = std::to_string(i);
    requests += HttpClient::head_of("POST", i % 2 == 0 ? "/pool/n" : "/shard/n",
                                    {{"Content-Length", std::to_string(body.size())}}) +
                body;
  }
  http.wire().send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(http.receive().body, (i % 2 == 0 ? "pool n " : "shard n ") + std::to_string(i));
  }
}

TEST_F(Routes, H7_OnlyOneRequestOfAConnectionIsUnderWay) {
  HttpClient http = client();
  http.send("GET", "/hold/pool");
  http.send("GET", "/hold/pool");
  http.send("GET", "/shard/x");
  held.next();
  server.on_shard(0, [] {});
  server.on_shard(1, [] {});
  EXPECT_TRUE(held.empty());
  release.add("");
  EXPECT_EQ(http.receive().body, "released");
  held.next();
  release.add("");
  EXPECT_EQ(http.receive().body, "released");
  EXPECT_EQ(http.receive().body, "shard x ");
}

TEST_F(Routes, H7_BytesBeyondTheRequestUnderWayAreBounded) {
  HttpClient http = client();
  http.send("GET", "/hold/pool");
  held.next();
  std::string request = HttpClient::head_of("POST", "/shard/n", {{"Content-Length", "900"}}) + std::string(900, 'x');
  std::string many;
  while (many.size() < 32'000'000) many += request;
  const std::size_t taken = http.wire().send_until_stuck(many, 300);
  EXPECT_LT(taken, many.size());
  release.add("");
  EXPECT_EQ(http.receive().body, "released");
  for (std::size_t i = 0; i < taken / request.size(); ++i) ASSERT_EQ(http.receive().status, 200);
}

TEST_F(Routes, ConnectionsAreKeptUnlessToldOtherwise) {
  HttpClient http = client();
  EXPECT_EQ(http.get("/shard/x").header("connection"), "keep-alive");
  EXPECT_EQ(http.get("/shard/x", {{"Connection", "close"}}).header("connection"), "close");
  EXPECT_EQ(http.wire().read_to_end(), "");
  HttpClient old = client();
  old.wire().send("GET /shard/x HTTP/1.0\r\nHost: test\r\n\r\n");
  EXPECT_EQ(old.receive().header("connection"), "close");
  EXPECT_EQ(old.wire().read_to_end(), "");
  HttpClient bye = client();
  EXPECT_EQ(bye.get("/bye").header("connection"), "close");
  EXPECT_EQ(bye.wire().read_to_end(), "");
}

TEST_F(Routes, LargeAnswersArriveWhole) {
  HttpClient http = client();
  http.send("GET", "/large");
  http.send("GET", "/shard/x");
  EXPECT_EQ(http.receive().body.size(), 8'000'000U);
  EXPECT_EQ(http.receive().body, "shard x ");
}

TEST_F(Routes, ExpectationsAreMetBeforeTheBody) {
  HttpClient http = client();
  for (const HeaderLine& length : {HeaderLine{"Content-Length", "4"}, HeaderLine{"Transfer-Encoding", "chunked"}}) {
    http.wire().send(HttpClient::head_of("POST", "/shard/x", {length, {"Expect", "100-Continue"}}));
    EXPECT_EQ(http.wire().read_to("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    http.wire().send(length.value == "4" ? "body" : "4\r\nbody\r\n0\r\n\r\n");
    EXPECT_EQ(http.receive().body, "shard x body");
  }
  http.wire().send(HttpClient::head_of("POST", "/shard/x", {{"Content-Length", "1001"}, {"Expect", "100-continue"}}));
  EXPECT_EQ(http.receive().status, 413);
}

}  // namespace
}  // namespace sio::test
