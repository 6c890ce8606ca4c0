// What people do with their own logins and password, and admins with people.
#include <gtest/gtest.h>

#include "fake_server.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

using testing::FakeServer;

std::string code_of(const sio::http::Response& response) {
  const auto code = sio::json::Value(response.body).find("code");
  return code ? code->as_string().value_or("") : "";
}

bool names_field(const sio::http::Response& response, std::string_view field) {
  const auto errors = sio::json::Value(response.body).find("errors");
  return errors && errors->find(field).has_value();
}

class AccountRoutes : public ::testing::Test {
 protected:
  explicit AccountRoutes(const testing::Setup& setup = {}) : server_(setup) {
    EXPECT_EQ(server_.ask("POST", "/auth/register", fields("admin@example.com", "admin")).status, 201);
    EXPECT_EQ(server_.ask("POST", "/auth/register", fields("user@example.com", "user")).status, 201);
    admin_ = log_in("admin@example.com");
    user_ = log_in("user@example.com");
  }
  static std::string fields(const std::string& email, const std::string& role) {
    return R"({"name":"N","password":"correct horse","email":")" + email + R"(","role":")" + role + "\"}";
  }
  std::string log_in(const std::string& email, const std::string& password = "correct horse") {
    const std::string body = R"({"email":")" + email + R"(","password":")" + password + "\"}";
    const auto response = server_.ask("POST", "/auth/login", body);
    const auto token = sio::json::Value(response.body).find("access_token");
    return token ? token->as_string().value_or("") : "";
  }
  sio::http::Response set_password(const std::string& current, const std::string& fresh) {
    return server_.ask_as(user_, "PUT", "/auth/password",
                          R"({"current_password":")" + current + R"(","new_password":")" + fresh + "\"}");
  }
  int info(const std::string& token) { return server_.ask_as(token, "GET", "/chat/info").status; }
  // As the store would tell it.
  void forget_user() { server_.access.on_account_changed({server_.store.account(domain::UserId(2)).user, {}, {}}); }

  FakeServer server_;
  std::string admin_;
  std::string user_;
};

class LimitedAccountRoutes : public AccountRoutes {
 protected:
  LimitedAccountRoutes() : AccountRoutes({.cors = {}, .rate_limits = true}) {}
};

TEST_F(AccountRoutes, A7_LogoutEndsThisLoginAndLogoutAllEveryOne) {
  const std::string second = log_in("user@example.com");
  const std::string third = log_in("user@example.com");
  const auto response = server_.ask_as(user_, "POST", "/auth/logout");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  forget_user();
  EXPECT_EQ(info(user_), 401);
  EXPECT_EQ(info(second), 200);
  EXPECT_EQ(server_.ask_as(second, "POST", "/auth/logout_all").status, 204);
  forget_user();
  EXPECT_EQ(info(second), 401);
  EXPECT_EQ(info(third), 401);
  EXPECT_EQ(info(admin_), 200);
}

TEST_F(AccountRoutes, A7_ANewPasswordKeepsThisLoginAlone) {
  const std::string other = log_in("user@example.com");
  EXPECT_EQ(set_password("correct horse", "another horse").status, 204);
  forget_user();
  EXPECT_EQ(info(user_), 200);
  EXPECT_EQ(info(other), 401);
  EXPECT_EQ(log_in("user@example.com"), "");
  EXPECT_NE(log_in("user@example.com", "another horse"), "");
}

TEST_F(AccountRoutes, APasswordIsNotSetWithoutTheRightOneOrToABadOne) {
  const auto wrong = set_password("not my horse", "another horse");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(code_of(wrong), "wrong_password");
  for (const std::string fresh : {"", "short", "password"}) {
    const auto response = set_password("correct horse", fresh);
    EXPECT_EQ(response.status, 422) << fresh;
    EXPECT_TRUE(names_field(response, "new_password")) << response.body;
  }
  const auto nothing = server_.ask_as(user_, "PUT", "/auth/password", "{}");
  EXPECT_EQ(nothing.status, 422);
  EXPECT_TRUE(names_field(nothing, "current_password"));
  EXPECT_TRUE(names_field(nothing, "new_password"));
  EXPECT_NE(log_in("user@example.com"), "");
}

// A stolen token is no way to try passwords. The address is known to the account, so it is the address's count.
TEST_F(LimitedAccountRoutes, A1_WrongCurrentPasswordsCountAsFailedLogins) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(set_password("not my horse", "another horse").status, 403) << i;
  const auto response = set_password("correct horse", "another horse");
  EXPECT_EQ(response.status, 429);
  EXPECT_TRUE(response.headers.contains("retry-after"));
  EXPECT_EQ(log_in("user@example.com"), "");
}

TEST_F(AccountRoutes, EverybodyIsListedForAdmins) {
  server_.store.account(domain::UserId(2)).user.disabled = true;
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/admin/users").body,
            R"([{"id":1,"name":"N","email":"admin@example.com","role":"admin","disabled":false},)"
            R"({"id":2,"name":"N","email":"user@example.com","role":"user","disabled":true}])");
  const auto page = server_.ask_as(admin_, "GET", "/admin/users?limit=1&after=0");
  EXPECT_EQ(page.headers.find("link"), "</admin/users?limit=1&after=1>; rel=\"next\"");
}

TEST_F(AccountRoutes, PeopleAreChangedAsAWhole) {
  const auto changed = server_.ask_as(admin_, "PATCH", "/admin/users/2", R"({"role":"admin","disabled":true})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, R"({"id":2,"name":"N","email":"user@example.com","role":"admin","disabled":true})");
  const auto nothing = server_.ask_as(admin_, "PATCH", "/admin/users/2", R"({"role":null,"name":"M","id":1})");
  EXPECT_EQ(nothing.body, changed.body) << "fields not named are ignored";
}

TEST_F(AccountRoutes, ChangesThatMakeNoSenseAreRefused) {
  for (const std::string body : {R"({"role":"king"})", R"({"role":1})", R"({"disabled":"yes"})", R"({"disabled":1})"}) {
    const auto response = server_.ask_as(admin_, "PATCH", "/admin/users/2", body);
    EXPECT_EQ(response.status, 422) << body;
    EXPECT_TRUE(names_field(response, body[2] == 'r' ? "role" : "disabled")) << response.body;
  }
  for (const std::string id : {"99", "me", "99999999999999999999"}) {
    EXPECT_EQ(code_of(server_.ask_as(admin_, "PATCH", "/admin/users/" + id, "{}")), "not_found") << id;
  }
  server_.store.last_admin_is_asked_for = true;
  const auto last = server_.ask_as(admin_, "PATCH", "/admin/users/1", R"({"disabled":true})");
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(code_of(last), "last_admin");
}

TEST_F(AccountRoutes, StorageThatIsDownIsSaid) {
  ASSERT_EQ(info(admin_), 200);
  server_.store.failing = true;
  EXPECT_EQ(code_of(server_.ask_as(admin_, "GET", "/admin/users")), "storage_unavailable");
  EXPECT_EQ(code_of(server_.ask_as(admin_, "PATCH", "/admin/users/2", "{}")), "storage_unavailable");
}

}  // namespace
}  // namespace parley::rest
