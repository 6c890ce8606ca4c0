#include "sio/server/http_router.hpp"

#include <gtest/gtest.h>

namespace sio {
namespace {

Route route(std::string method, std::string pattern) {
  return {.method = std::move(method), .pattern = std::move(pattern), .handler = [](const RouteRequest&) {
            return http::Response{};
          }};
}

HttpRouter router() {
  HttpRouter router;
  router.add(route("GET", "/"));
  router.add(route("GET", "/chat/messages/{id}"));
  router.add(route("POST", "/chat/messages"));
  router.add(route("GET", "/chat/messages"));
  router.add(route("GET", "/chat/{what}/newest"));
  router.add(route("GET", "/chat/messages/newest"));
  router.add(route("PATCH", "/admin/users/{user}/{field}"));
  return router;
}

std::string matched(const HttpRouter& router, std::string_view method, std::string_view path) {
  const HttpRouter::Match match = router.match(method, path);
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(HttpRouter, FindsPatternsBySegments) {
  const HttpRouter routes = router();
  EXPECT_EQ(matched(routes, "GET", "/"), "/");
  EXPECT_EQ(matched(routes, "GET", "/chat/messages"), "/chat/messages");
  EXPECT_EQ(matched(routes, "GET", "/chat/messages/7"), "/chat/messages/{id}");
  for (const std::string_view path : {"/chat", "/chat/messages/", "/chat/messages/7/", "/chat/messages/7/8",
                                      "/Chat/messages", "//chat/messages", "chat/messages", "", "*", "/chat//newest"}) {
    const HttpRouter::Match match = routes.match("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_EQ(match.status, 404) << path;
  }
}

TEST(HttpRouter, HandsNamedPartsOverInOrder) {
  const HttpRouter routes = router();
  const HttpRouter::Match match = routes.match("PATCH", "/admin/users/a b/{field}");
  const std::vector<std::pair<std::string, std::string>> expected = {{"user", "a b"}, {"field", "{field}"}};
  EXPECT_EQ(match.parameters, expected);
  EXPECT_EQ(match.status, 200);
  const http::Request request;
  const RouteRequest seen{.http = request, .request_id = "r", .parameters = match.parameters};
  EXPECT_EQ(seen.parameter("user"), "a b");
  EXPECT_EQ(seen.parameter("absent"), "");
}

TEST(HttpRouter, PrefersLiteralParts) {
  const HttpRouter routes = router();
  EXPECT_EQ(matched(routes, "GET", "/chat/messages/newest"), "/chat/messages/newest");
  EXPECT_EQ(matched(routes, "GET", "/chat/users/newest"), "/chat/{what}/newest");
}

TEST(HttpRouter, ServesHeadAsGet) {
  HttpRouter routes = router();
  EXPECT_EQ(routes.match("HEAD", "/chat/messages/7").route->method, "GET");
  routes.add(route("HEAD", "/chat/messages/{id}"));
  EXPECT_EQ(routes.match("HEAD", "/chat/messages/7").route->method, "HEAD");
  EXPECT_EQ(routes.match("GET", "/chat/messages/7").route->method, "GET");
}

TEST(HttpRouter, SaysWhichMethodsAreAllowed) {
  const HttpRouter routes = router();
  const HttpRouter::Match match = routes.match("DELETE", "/chat/messages");
  EXPECT_EQ(match.status, 405);
  EXPECT_EQ(match.allow, "GET, HEAD, POST");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_EQ(routes.match("OPTIONS", "/chat/messages").status, 405);
  EXPECT_EQ(routes.match("HEAD", "/admin/users/7/role").allow, "PATCH");
  EXPECT_EQ(routes.match("DELETE", "/absent").status, 404);
}

TEST(HttpRouter, H8_RefusesTraceAndUnknownMethodsEverywhere) {
  HttpRouter routes = router();
  for (const std::string_view method : {"TRACE", "BREW", "get", "CONNECT", "PROPFIND"}) {
    EXPECT_EQ(routes.match(method, "/chat/messages").status, 405) << method;
    EXPECT_EQ(routes.match(method, "/chat/messages").allow, "GET, HEAD, POST") << method;
    EXPECT_EQ(routes.match(method, "/absent").status, 405) << method;
  }
  routes.set_fallback([](const RouteRequest&) { return http::Response{}; });
  EXPECT_EQ(routes.match("TRACE", "/app.js").allow, "GET, HEAD");
}

TEST(HttpRouter, FallsBackForReadingUnknownPathsOnly) {
  HttpRouter routes = router();
  EXPECT_FALSE(routes.match("GET", "/app.js").fallback);
  routes.set_fallback([](const RouteRequest&) { return http::Response{}; });
  EXPECT_TRUE(routes.match("GET", "/app.js").fallback);
  EXPECT_EQ(routes.match("HEAD", "/app.js").status, 200);
  EXPECT_EQ(routes.match("POST", "/app.js").status, 404);
  EXPECT_FALSE(routes.match("GET", "/chat/messages").fallback);
  EXPECT_EQ(routes.match("GET", "/admin/users/7/role").status, 405);
}

TEST(HttpRouter, RendersErrorsAndFiltersAnswers) {
  HttpRouter routes;
  EXPECT_EQ(routes.error(404, nullptr).body, "Not Found\n");
  EXPECT_EQ(routes.error(404, nullptr).status, 404);
  routes.set_error_renderer([](int status, const RouteRequest* request) {
    http::Response response;
    response.status = status;
    response.body = request == nullptr ? "nobody" : request->request_id;
    return response;
  });
  EXPECT_EQ(routes.error(500, nullptr).body, "nobody");

  const http::Request http;
  const RouteRequest request{.http = http, .request_id = "id-1", .parameters = {}};
  EXPECT_EQ(routes.error(500, &request).body, "id-1");
  http::Response response;
  routes.filter(request, response);
  EXPECT_TRUE(response.headers.empty());
  routes.set_response_filter(
      [](const RouteRequest& r, http::Response& out) { out.headers.set("X-Request-Id", r.request_id); });
  routes.filter(request, response);
  EXPECT_EQ(response.headers.find("X-Request-Id"), "id-1");
}

// Lack of memory in one handler passes: its client shall come again.
TEST(HttpRouter, R6_HandlersWithoutMemoryAre503) {
  const HttpRouter routes;
  const http::Request http;
  const RouteRequest request{.http = http, .request_id = "id-1", .parameters = {}};
  EXPECT_EQ(routes.run([](const RouteRequest&) -> http::Response { throw std::bad_alloc(); }, request).status, 503);
  EXPECT_EQ(routes.run([](const RouteRequest&) -> http::Response { throw 1; }, request).status, 500);
}

TEST(HttpRouterDeathTest, RefusesRoutesThatAreOurMistake) {
  HttpRouter routes = router();
  for (const std::string pattern : {"", "chat", "/a{b}", "/{a}b", "/{}", "/{a}/{a}", "/{a", "/{{a}}"}) {
    EXPECT_DEATH(routes.add(route("GET", pattern)), "CHECK") << pattern;
  }
  EXPECT_DEATH(routes.add(route("GET", "/")), "CHECK");
}

}  // namespace
}  // namespace sio
