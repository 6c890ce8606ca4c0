#include <gtest/gtest.h>

#include "fake_server.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

using testing::FakeServer;

std::string code_of(const sio::http::Response& response) {
  const auto code = sio::json::Value(response.body).find("code");
  return code ? code->as_string().value_or("") : "";
}

std::string registration(const std::string& email, const std::string& role = "user",
                         const std::string& password = "correct horse") {
  return R"({"name":"Ann","email":")" + email + R"(","password":")" + password + R"(","role":")" + role + R"("})";
}

std::string credentials(const std::string& email, const std::string& password = "correct horse",
                        const std::string& further = "") {
  return R"({"email":")" + email + R"(","password":")" + password + "\"" + further + "}";
}

std::string text_of(const sio::http::Response& response, std::string_view field) {
  return sio::json::Value(response.body).find(field)->as_string().value();
}

TEST(Register, MakesAnAccount) {
  FakeServer server;
  const auto response = server.ask("POST", "/auth/register", registration("ann@example.com"));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, R"({"msg":"Registration successful","id":1})");
  EXPECT_EQ(server.store.accounts.at(0).user.role, domain::Role::user);
  EXPECT_TRUE(server.hasher.verify(server.store.accounts.at(0).password_hash, "correct horse"));
}

TEST(Register, ATakenAddressIsAConflict) {
  FakeServer server;
  server.ask("POST", "/auth/register", registration("ann@example.com"));
  const auto response = server.ask("POST", "/auth/register", registration("ANN@example.com"));
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(code_of(response), "email_taken");
}

TEST(Register, TellsWhichFieldsAreWrong) {
  FakeServer server;
  const auto response =
      server.ask("POST", "/auth/register", R"({"name":"","email":"nobody","password":"short","role":"king"})");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(code_of(response), "invalid_fields");
  const auto errors = sio::json::Value(response.body).find("errors");
  ASSERT_TRUE(errors.has_value());
  for (const std::string_view field : {"name", "email", "password", "role"}) {
    EXPECT_TRUE(errors->find(field).has_value()) << field << " in " << response.body;
  }
  EXPECT_TRUE(server.store.accounts.empty());
}

TEST(Register, A13_FieldsNotNamedAreIgnored) {
  FakeServer server;
  const auto response = server.ask(
      "POST", "/auth/register",
      R"({"id":99,"name":"Ann","email":"ann@example.com","password":"correct horse","role":"user","disabled":true})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(server.store.accounts.at(0).user.id.value, 1);
  EXPECT_FALSE(server.store.accounts.at(0).user.disabled);
}

TEST(Register, BodiesThatAreNoJsonAreToldSo) {
  FakeServer server;
  EXPECT_EQ(server.ask("POST", "/auth/register", "{").status, 400);
  EXPECT_EQ(server.ask("POST", "/auth/register", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(server.ask("POST", "/auth/register", "[]").status, 422);
}

TEST(Register, AdminsMayOnlyWhereTheRuleSaysSo) {
  const auto status = [](AdminSignupRule rule, const std::vector<sio::http::Header>& headers = {}) {
    FakeServer server({.admin_signup = rule, .cors = {}});
    const auto response = server.ask("POST", "/auth/register", registration("a@example.com", "admin"), headers);
    if (response.status != 201) {
      EXPECT_EQ(code_of(response), "admin_signup_closed");
    }
    EXPECT_EQ(server.ask("POST", "/auth/register", registration("u@example.com", "user"), headers).status, 201);
    return response.status;
  };
  EXPECT_EQ(status({AdminSignup::open, false}), 201);
  EXPECT_EQ(status({AdminSignup::first, false}), 201);
  EXPECT_EQ(status({AdminSignup::invite, false}), 403);
  EXPECT_EQ(status({AdminSignup::closed, false}), 403);
  EXPECT_EQ(status({AdminSignup::open, true}), 201);
  EXPECT_EQ(status({AdminSignup::open, true}, {{"Host", "chat.example.com"}}), 403);
  EXPECT_EQ(status({AdminSignup::open, true}, {{"X-Forwarded-For", "192.0.2.1"}}), 403);
}

TEST(Register, OnlyTheFirstAdminIsLetInByFirst) {
  FakeServer server({.admin_signup = {AdminSignup::first, false}, .cors = {}});
  EXPECT_EQ(server.ask("POST", "/auth/register", registration("a@example.com", "admin")).status, 201);
  EXPECT_EQ(server.ask("POST", "/auth/register", registration("b@example.com", "admin")).status, 403);
}

TEST(Register, FiveAnHourAndAddress) {
  FakeServer server({.cors = {}, .rate_limits = true});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server.ask("POST", "/auth/register", registration("bad")).status, 422) << "a mistake costs nothing";
    EXPECT_EQ(server.ask("POST", "/auth/register", registration("a" + std::to_string(i) + "@example.com")).status, 201);
  }
  const auto response = server.ask("POST", "/auth/register", registration("z@example.com"));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(code_of(response), "rate_limited");
  EXPECT_EQ(response.headers.find("retry-after"), "720");
  EXPECT_EQ(server.limited, std::vector<std::string>{"registration"});
  server.address = "192.0.2.9";
  EXPECT_EQ(server.ask("POST", "/auth/register", registration("z@example.com")).status, 201);
}

TEST(Login, GivesTokensAndWhoOneIs) {
  FakeServer server;
  server.ask("POST", "/auth/register", registration("ann@example.com", "admin"));
  for (const std::string role : {"", R"(,"role":"admin")", R"(,"role":null)"}) {
    const auto response = server.ask("POST", "/auth/login", credentials("Ann@example.com", "correct horse", role));
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(text_of(response, "name"), "Ann");
    EXPECT_EQ(text_of(response, "role"), "admin");
    EXPECT_EQ(sio::json::Value(response.body).find("id")->as_int64(), 1);
    EXPECT_EQ(sio::json::Value(response.body).find("expires_in")->as_int64(), 86'400);
    EXPECT_EQ(server.ask_as(text_of(response, "access_token"), "GET", "/chat/info").status, 200);
    EXPECT_EQ(response.headers.find("cache-control"), "no-store");
  }
  EXPECT_EQ(server.good_logins, 3);
}

TEST(Login, A3_EveryWellFormedFailureHasTheSameBytes) {
  FakeServer server;
  server.ask("POST", "/auth/register", registration("ann@example.com"));
  server.ask("POST", "/auth/register", registration("gone@example.com"));
  server.store.accounts.at(1).user.disabled = true;
  std::string first;
  for (const std::string& body :
       {credentials("ann@example.com", "wrong"), credentials("nobody@example.com"), credentials("not an address"),
        credentials("ann@example.com", "correct horse", R"(,"role":"admin")"), credentials("gone@example.com"),
        credentials(""), credentials("ann@example.com", "")}) {
    const auto response = server.ask("POST", "/auth/login", body);
    EXPECT_EQ(response.status, 401) << body;
    EXPECT_EQ(response.headers.find("www-authenticate"), "Bearer");
    if (first.empty()) first = response.body;
    EXPECT_EQ(response.body, first) << body;
  }
  EXPECT_EQ(first, R"({"msg":"Invalid credentials","code":"invalid_credentials"})");
}

TEST(Login, MalformedRequestsAreNotFailures) {
  FakeServer server;
  EXPECT_EQ(server.ask("POST", "/auth/login", R"({"email":"a@example.com"})").status, 422);
  EXPECT_EQ(server.ask("POST", "/auth/login", credentials("a@example.com", "x", R"(,"role":"king")")).status, 422);
  EXPECT_EQ(server.ask("POST", "/auth/login", credentials("a@example.com", "x", R"(,"role":7)")).status, 422);
  EXPECT_EQ(server.failed_logins, 0);
}

TEST(Login, A1_FailuresMakeOneWaitAlsoForAccountsThatNobodyHas) {
  for (const std::string email : {"ann@example.com", "nobody@example.com"}) {
    FakeServer server({.cors = {}, .rate_limits = true});
    server.ask("POST", "/auth/register", registration("ann@example.com"));
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(server.ask("POST", "/auth/login", credentials(email, "wrong")).status, 401) << i;
    }
    const auto response = server.ask("POST", "/auth/login", credentials(email));
    EXPECT_EQ(response.status, 429) << "the right password as well";
    EXPECT_EQ(response.headers.find("retry-after"), "1");
    server.now += std::chrono::seconds(1);
    EXPECT_EQ(server.ask("POST", "/auth/login", credentials(email)).status, email[0] == 'a' ? 200 : 401);
  }
}

TEST(Login, StorageThatIsDownIsNobodysFailure) {
  FakeServer server;
  server.store.failing = true;
  const auto response = server.ask("POST", "/auth/login", credentials("ann@example.com"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(code_of(response), "storage_unavailable");
  EXPECT_EQ(response.headers.find("retry-after"), "1");
  EXPECT_EQ(server.failed_logins, 0);
}

TEST(Refresh, GivesANewPairForARefreshTokenOnly) {
  FakeServer server;
  server.ask("POST", "/auth/register", registration("ann@example.com"));
  const auto login = server.ask("POST", "/auth/login", credentials("ann@example.com"));
  const auto refresh = [&](const std::string& token) {
    return server.ask("POST", "/auth/refresh", "", {{"Authorization", "Bearer " + token}, {"Content-Type", ""}});
  };
  const auto renewed = refresh(text_of(login, "refresh_token"));
  ASSERT_EQ(renewed.status, 200) << renewed.body;
  EXPECT_EQ(server.ask_as(text_of(renewed, "access_token"), "GET", "/chat/info").status, 200);
  EXPECT_NE(text_of(renewed, "refresh_token"), text_of(login, "refresh_token"));
  EXPECT_EQ(code_of(refresh(text_of(login, "access_token"))), "token_invalid");
  EXPECT_EQ(code_of(server.ask("POST", "/auth/refresh")), "token_missing");
}

TEST(Refresh, ATokenOfAnotherUserThanItsLoginsIsInvalid) {
  FakeServer server;
  server.ask("POST", "/auth/register", registration("ann@example.com"));
  const auto login = server.ask("POST", "/auth/login", credentials("ann@example.com"));
  auto claims =
      server.codec.verify(text_of(login, "refresh_token"), auth::TokenType::refresh, server.now_unix_us / 1'000'000)
          .value();
  claims.user_id = 99;
  const auto response =
      server.ask("POST", "/auth/refresh", "", {{"Authorization", "Bearer " + server.codec.sign(claims)}});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(code_of(response), "token_invalid");
}

}  // namespace
}  // namespace parley::rest
