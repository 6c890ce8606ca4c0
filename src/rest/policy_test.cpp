// The matrix: every route with every kind of caller (A11), and what every answer carries.
#include <gtest/gtest.h>

#include "fake_server.hpp"
#include "parley/auth/testing/forged_tokens.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

using testing::FakeServer;

enum class For { anyone, any, admin };

struct Expected {
  std::string method;
  std::string pattern;
  For who;
  std::string body = {};  // a good one
  int status = 200;       // for whom it lets in
};

const std::string kNewPassword = R"({"current_password":"correct horse","new_password":"another horse"})";

const std::string kMessage = R"({"receiver_id":"3","content":"hello"})";

const std::vector<Expected> kRoutes{{"POST", "/auth/register", For::anyone},
                                    {"POST", "/auth/login", For::anyone},
                                    {"POST", "/auth/refresh", For::anyone},
                                    {"POST", "/auth/logout", For::any, "", 204},
                                    {"POST", "/auth/logout_all", For::any, "", 204},
                                    {"POST", "/auth/reset", For::anyone},
                                    {"PUT", "/auth/password", For::any, kNewPassword, 204},
                                    {"GET", "/chat/info", For::any},
                                    {"GET", "/chat/admins", For::any},
                                    {"GET", "/chat/users", For::admin},
                                    {"GET", "/chat/messages/{id}", For::any},
                                    {"POST", "/chat/messages", For::any, kMessage, 201},
                                    {"GET", "/chat/loaded", For::any},
                                    {"GET", "/chat/conversations", For::any},
                                    {"GET", "/admin/users", For::admin},
                                    {"PATCH", "/admin/users/{id}", For::admin, R"({"role":"admin"})"},
                                    {"POST", "/admin/users/{id}/reset", For::admin, "", 201},
                                    {"POST", "/admin/invites", For::admin, "", 201},
                                    {"GET", "/admin/settings", For::admin},
                                    {"GET", "/healthz", For::anyone},
                                    {"GET", "/readyz", For::anyone},
                                    {"GET", "/openapi.json", For::anyone},
                                    {"GET", "/docs", For::anyone},
                                    {"GET", "/docs.css", For::anyone}};

std::string code_of(const sio::http::Response& response) {
  const auto code = sio::json::Value(response.body).find("code");
  return code ? code->as_string().value_or("") : "";
}

std::string path_of(const std::string& pattern) {
  const std::size_t name = pattern.find("{id}");
  return name == std::string::npos ? pattern : pattern.substr(0, name) + "1" + pattern.substr(name + 4);
}

class Matrix : public ::testing::Test {
 protected:
  Matrix() {
    admin_ = sign_up(server_, "admin@example.com", "admin");
    user_ = sign_up(server_, "user@example.com", "user");
    stranger_ = sign_up(server_, "stranger@example.com", "user");
    server_.store.messages = {
        {domain::MessageId(1), domain::UserId(2), domain::UserId(1), "hello", 1'732'700'000'123'456, true, "c1"},
        {domain::MessageId(2), domain::UserId(1), domain::UserId(2), "hi", 1'732'700'001'000'000, false, ""},
        {domain::MessageId(3), domain::UserId(2), domain::UserId(1), "old", std::nullopt, false, ""}};
  }

  static std::string sign_up(FakeServer& server, const std::string& email, const std::string& role) {
    const std::string fields = R"({"name":"N","email":")" + email + R"(","password":"correct horse","role":")" + role;
    EXPECT_EQ(server.ask("POST", "/auth/register", fields + "\"}").status, 201);
    const auto login = server.ask("POST", "/auth/login", fields + "\"}");
    EXPECT_EQ(login.status, 200) << login.body;
    return sio::json::Value(login.body).find("access_token")->as_string().value();
  }

  FakeServer server_;
  std::string admin_;
  std::string user_;
  std::string stranger_;
};

TEST_F(Matrix, EveryRouteIsInTheTable) {
  EXPECT_EQ(server_.router.routes().size(), kRoutes.size());
  for (const auto& route : server_.router.routes()) {
    EXPECT_TRUE(
        std::any_of(kRoutes.begin(), kRoutes.end(),
                    [&](const Expected& each) { return each.method == route.method && each.pattern == route.pattern; }))
        << route.method << " " << route.pattern;
  }
}

TEST_F(Matrix, A11_EveryRouteLetsInWhomItsPolicyNames) {
  for (const Expected& route : kRoutes) {
    if (route.who == For::anyone) continue;
    FakeServer fresh;
    const std::string admin = sign_up(fresh, "admin@example.com", "admin");
    const std::string user = sign_up(fresh, "user@example.com", "user");
    const std::string path = path_of(route.pattern);
    EXPECT_EQ(code_of(fresh.ask(route.method, path, route.body)), "token_missing") << path;
    const auto as_user = fresh.ask_as(user, route.method, path, route.body);
    EXPECT_EQ(as_user.status, route.who == For::admin ? 403 : route.status) << path;
    EXPECT_EQ(fresh.ask_as(admin, route.method, path, route.body).status, route.status) << path;
    if (route.who == For::admin) {
      EXPECT_EQ(code_of(as_user), "forbidden");
    }
  }
}

TEST_F(Matrix, A5_NoForgeryOpensAnyRoute) {
  const auto forgeries = auth::testing::forged_tokens(admin_);
  ASSERT_GE(forgeries.size(), 300U);
  for (const Expected& route : kRoutes) {
    if (route.who == For::anyone) continue;
    for (const auto& forgery : forgeries) {
      const auto response = server_.ask_as(forgery.token, route.method, path_of(route.pattern));
      ASSERT_EQ(response.status, 401) << route.pattern << ": " << forgery.what;
      ASSERT_EQ(code_of(response), "token_invalid") << route.pattern << ": " << forgery.what;
      ASSERT_EQ(response.headers.find("www-authenticate"), "Bearer");
    }
  }
}

TEST_F(Matrix, A6_ExpiredTokensOfTheOtherTypeAndTooEarlyOnesAreRefusedEverywhere) {
  for (const Expected& route : kRoutes) {
    if (route.who == For::anyone) continue;
    const std::string path = path_of(route.pattern);
    const std::int64_t now = server_.now_unix_us;
    server_.now_unix_us = now + std::int64_t{86'400 + 31} * 1'000'000;
    EXPECT_EQ(code_of(server_.ask_as(admin_, route.method, path)), "token_expired") << path;
    server_.now_unix_us = now - std::int64_t{31} * 1'000'000;
    EXPECT_EQ(code_of(server_.ask_as(admin_, route.method, path)), "token_invalid") << path;
    server_.now_unix_us = now;
    const std::string refresh = server_.codec.sign(
        {1, "admin", auth::TokenType::refresh, now / 1'000'000, now / 1'000'000, now / 1'000'000 + 60, "t", "l"});
    EXPECT_EQ(code_of(server_.ask_as(refresh, route.method, path)), "token_invalid") << path;
  }
}

TEST_F(Matrix, A7_ATokenWhoseLoginEndedIsRevokedEverywhere) {
  server_.store.logins.clear();
  service::AccountChange change;
  change.user = server_.store.account(domain::UserId(1)).user;
  change.ended = service::AccountChange::Ended::all;
  server_.access.on_account_changed(change);
  for (const Expected& route : kRoutes) {
    if (route.who == For::anyone) continue;
    EXPECT_EQ(code_of(server_.ask_as(admin_, route.method, path_of(route.pattern))), "token_revoked") << route.pattern;
  }
}

TEST_F(Matrix, A10_TheRoleThatCountsIsTheDatabases) {
  service::AccountChange change;
  change.user = server_.store.set_role(domain::UserId(1), domain::Role::user).value();
  server_.access.on_account_changed(change);
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/users").status, 403);
}

TEST_F(Matrix, EveryAnswerHasSecurityHeadersAndItsRequestId) {
  const int before = server_.answers;
  for (const auto& response :
       {server_.ask("GET", "/healthz"), server_.ask("GET", "/chat/info"), server_.ask("GET", "/nowhere"),
        server_.ask("DELETE", "/healthz"), server_.ask("POST", "/auth/login", "{")}) {
    EXPECT_EQ(response.headers.find("x-request-id"), "request-1");
    EXPECT_EQ(response.headers.find("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.headers.find("referrer-policy"), "no-referrer");
    const std::string policy(response.headers.find("content-security-policy"));
    for (const std::string_view part : {"default-src 'none'", "script-src 'self'", "style-src 'self'",
                                        "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for"}) {
      EXPECT_NE(policy.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  }
  EXPECT_EQ(server_.answers, before + 5);
}

TEST_F(Matrix, UnknownRoutesAndWrongMethodsAreToldApart) {
  const auto unknown = server_.ask("GET", "/nowhere");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(code_of(unknown), "not_found");
  EXPECT_EQ(code_of(server_.ask("POST", "/nowhere")), "not_found");
  const auto wrong = server_.ask("DELETE", "/auth/login");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(code_of(wrong), "method_not_allowed");
  EXPECT_EQ(wrong.headers.find("allow"), "POST");
}

TEST_F(Matrix, ReadinessFollowsTheServer) {
  EXPECT_EQ(server_.ask("GET", "/readyz").status, 200);
  server_.ready = false;
  EXPECT_EQ(server_.ask("GET", "/readyz").status, 503);
  EXPECT_EQ(server_.ask("GET", "/healthz").status, 200);
}

TEST_F(Matrix, InfoIsAboutTheCaller) {
  EXPECT_EQ(server_.ask_as(user_, "GET", "/chat/info").body,
            R"({"id":2,"name":"N","email":"user@example.com","role":"user"})");
}

TEST_F(Matrix, PeopleAreListedByRoleWithoutTheirAddresses) {
  EXPECT_EQ(server_.ask_as(user_, "GET", "/chat/admins").body,
            R"([{"id":1,"name":"N","role":"admin","online":false,"last_seen":null}])");
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/users").body,
            R"([{"id":2,"name":"N","role":"user","online":false,"last_seen":null},)"
            R"({"id":3,"name":"N","role":"user","online":false,"last_seen":null}])");
  const auto page = server_.ask_as(admin_, "GET", "/chat/users?limit=1&after=0");
  EXPECT_EQ(page.body, R"([{"id":2,"name":"N","role":"user","online":false,"last_seen":null}])");
  EXPECT_EQ(page.headers.find("link"), "</chat/users?limit=1&after=2>; rel=\"next\"");
}

TEST_F(Matrix, PeopleAreOnlineOrWereLastSeen) {
  server_.store.last_seen_unix_us = 1'732'700'000'000'000;
  server_.online.insert(domain::UserId(2));
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/users").body,
            R"([{"id":2,"name":"N","role":"user","online":true,"last_seen":null},)"
            R"({"id":3,"name":"N","role":"user","online":false,"last_seen":"2024-11-27T09:33:20"}])");
}

TEST_F(Matrix, ConversationsAreNewestFirstAndPagedByTheirLink) {
  const auto person = [&](std::int64_t id) {
    return service::Person{server_.store.account(domain::UserId(id)).user, std::nullopt};
  };
  server_.store.talks.items = {{person(2), server_.store.messages[1], 0}, {person(3), server_.store.messages[0], 7}};
  server_.store.talks.more = true;
  const auto page = server_.ask_as(admin_, "GET", "/chat/conversations?limit=2&before=9");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(
      page.body,
      R"([{"partner":{"id":2,"name":"N","role":"user","online":false,"last_seen":null},"last_message":{"id":2,"sender_id":1,"receiver_id":2,"content":"hi","timestamp":"2024-11-27T09:33:21","read_status":false},"unread":0},)"
      R"({"partner":{"id":3,"name":"N","role":"user","online":false,"last_seen":null},"last_message":{"id":1,"sender_id":2,"receiver_id":1,"content":"hello","timestamp":"2024-11-27T09:33:20.123456","read_status":true,"client_id":"c1"},"unread":7}])");
  EXPECT_EQ(page.headers.find("link"), "</chat/conversations?limit=2&before=1>; rel=\"next\"");
  EXPECT_EQ(server_.store.asked.limit, 2U);
  EXPECT_EQ(server_.store.asked.before, 9);
  server_.store.talks.more = false;
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/conversations").headers.find("link"), "");
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/conversations?after=1").status, 422);
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/chat/conversations?limit=0").status, 422);
}

TEST_F(Matrix, AConversationHasBothDirectionsOldestFirst) {
  const std::string all =
      R"([{"id":1,"sender_id":2,"receiver_id":1,"content":"hello","timestamp":"2024-11-27T09:33:20.123456","read_status":true,"client_id":"c1"},)"
      R"({"id":2,"sender_id":1,"receiver_id":2,"content":"hi","timestamp":"2024-11-27T09:33:21","read_status":false},)"
      R"({"id":3,"sender_id":2,"receiver_id":1,"content":"old","timestamp":null,"read_status":false}])";
  const auto response = server_.ask_as(user_, "GET", "/chat/messages/1");
  EXPECT_EQ(response.body, all);
  EXPECT_FALSE(response.headers.contains("link"));
  EXPECT_EQ(server_.ask_as(user_, "GET", "/chat/loaded").body, all);
}

TEST_F(Matrix, A11_AStrangerSeesNothingAndAbsentPartnersLookTheSame) {
  for (const std::string path : {"/chat/messages/1", "/chat/messages/2", "/chat/messages/999", "/chat/loaded",
                                 "/chat/messages/99999999999999999999999"}) {
    const auto response = server_.ask_as(stranger_, "GET", path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "[]") << path;
  }
  EXPECT_EQ(server_.ask_as(stranger_, "GET", "/chat/messages/me").status, 404);
}

TEST_F(Matrix, PagesLinkToTheNextOneInTheirDirection) {
  const auto newest = server_.ask_as(user_, "GET", "/chat/messages/1?limit=2");
  EXPECT_EQ(newest.headers.find("link"), "</chat/messages/1?limit=2&before=2>; rel=\"next\"");
  const auto oldest = server_.ask_as(user_, "GET", "/chat/loaded?limit=2&after=0");
  EXPECT_EQ(oldest.headers.find("link"), "</chat/loaded?limit=2&after=2>; rel=\"next\"");
  EXPECT_FALSE(server_.ask_as(user_, "GET", "/chat/loaded?limit=2&after=2").headers.contains("link"));
  EXPECT_EQ(server_.ask_as(user_, "GET", "/chat/loaded?limit=0").status, 422);
  EXPECT_EQ(server_.ask_as(user_, "GET", "/chat/users?limit=0").status, 403) << "who may is judged first";
}

TEST_F(Matrix, StorageThatIsDownIsSaidEverywhere) {
  server_.ask_as(admin_, "GET", "/chat/info");
  server_.store.failing = true;
  for (const std::string path : {"/chat/admins", "/chat/users", "/chat/messages/1", "/chat/loaded"}) {
    const auto response = server_.ask_as(admin_, "GET", path);
    EXPECT_EQ(response.status, 503) << path;
    EXPECT_EQ(code_of(response), "storage_unavailable") << path;
  }
}

TEST(Cors, PreflightsAreAnsweredWhereOtherOriginsAreAllowed) {
  FakeServer closed;
  EXPECT_EQ(closed.ask("OPTIONS", "/auth/login").status, 405);
  EXPECT_FALSE(closed.ask("GET", "/healthz").headers.contains("access-control-expose-headers"));
  FakeServer open({.cors = sio::http::CorsPolicy({"https://app.example"})});
  const auto response = open.ask("OPTIONS", "/auth/login", "",
                                 {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.find("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(open.ask("GET", "/healthz").headers.find("access-control-expose-headers"),
            "Link, Retry-After, X-Request-Id");
}

}  // namespace
}  // namespace parley::rest
