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

std::string text_of(const sio::http::Response& response, std::string_view field) {
  const auto value = sio::json::Value(response.body).find(field);
  return value ? value->as_string().value_or("") : "";
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
    return text_of(server_.ask("POST", "/auth/login", body), "access_token");
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

class AccountRoutesOfAnOpenServer : public AccountRoutes {
 protected:
  AccountRoutesOfAnOpenServer() : AccountRoutes({admin_signup_rule(AdminSignup::open, true), {}, false}) {}
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

TEST_F(AccountRoutes, AdminsSeeWhoMayRegisterAsAdmin) {
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/admin/settings").body,
            R"({"admin_signup":"open","open_to_everybody":false})");
}

TEST_F(AccountRoutesOfAnOpenServer, AdminsSeeThatEverybodyMayRegisterAsAdmin) {
  EXPECT_EQ(server_.ask_as(admin_, "GET", "/admin/settings").body,
            R"({"admin_signup":"open","open_to_everybody":true})");
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

TEST_F(AccountRoutes, AResetCodeFromAnAdminSetsANewPasswordOnce) {
  const auto issued = server_.ask_as(admin_, "POST", "/admin/users/2/reset");
  ASSERT_EQ(issued.status, 201);
  EXPECT_EQ(text_of(issued, "expires"), "2024-11-28T09:33:20");
  const auto reset = [&](const std::string& code, const std::string& fresh = "another horse") {
    return server_.ask("POST", "/auth/reset", R"({"code":")" + code + R"(","new_password":")" + fresh + "\"}");
  };
  const std::string code = text_of(issued, "code");
  EXPECT_EQ(code_of(reset("no such code")), "invalid_code");
  const auto short_one = reset(code, "short");
  EXPECT_EQ(short_one.status, 422);
  EXPECT_TRUE(names_field(short_one, "new_password"));
  EXPECT_TRUE(names_field(server_.ask("POST", "/auth/reset", "{}"), "code"));
  server_.now_unix_us += std::int64_t{24} * 3'600'000'000;
  EXPECT_EQ(code_of(reset(code)), "invalid_code") << "24 hours";
  --server_.now_unix_us;
  EXPECT_EQ(reset(code).status, 204);
  EXPECT_EQ(reset(code).status, 403);
  EXPECT_EQ(info(user_), 401);
  EXPECT_NE(log_in("user@example.com", "another horse"), "");
  EXPECT_EQ(code_of(server_.ask_as(log_in("admin@example.com"), "POST", "/admin/users/99/reset")), "not_found");
}

TEST_F(LimitedAccountRoutes, CodesThatDoNotStandAreCountedByAddress) {
  const auto reset = [&] {
    return server_.ask("POST", "/auth/reset", R"({"code":"no such code","new_password":"another horse"})");
  };
  for (int i = 0; i < 30; ++i) ASSERT_EQ(reset().status, 403) << i;
  const auto response = reset();
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.find("retry-after"), "30");
  EXPECT_EQ(server_.limited, std::vector<std::string>{"reset"});
  server_.address = "192.0.2.9";
  EXPECT_EQ(reset().status, 403);
}

// Else who asked for help because of many wrong tries would have to wait with the new password, too.
TEST_F(LimitedAccountRoutes, A1_WhoShowsACodeNeedNotWait) {
  server_.address = "192.0.2.9";
  for (int i = 0; i < 5; ++i) log_in("user@example.com", "not my horse");
  EXPECT_EQ(log_in("user@example.com"), "") << "has to wait";
  const auto issued = server_.ask_as(admin_, "POST", "/admin/users/2/reset");
  const std::string body = R"({"code":")" + text_of(issued, "code") + R"(","new_password":"another horse"})";
  ASSERT_EQ(server_.ask("POST", "/auth/reset", body).status, 204);
  EXPECT_NE(log_in("user@example.com", "another horse"), "");
}

TEST_F(AccountRoutes, WhereNobodyMaySignUpAsAdminThereIsNoInvite) {
  FakeServer closed({.admin_signup = {AdminSignup::closed, false}, .cors = {}});
  closed.store.accounts = server_.store.accounts;
  closed.store.logins = server_.store.logins;
  const auto response = closed.ask_as(admin_, "POST", "/admin/invites");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(code_of(response), "admin_signup_closed");
}

TEST_F(AccountRoutes, AnInviteLetsOneAdminIn) {
  const auto issued = server_.ask_as(admin_, "POST", "/admin/invites");
  ASSERT_EQ(issued.status, 201);
  EXPECT_EQ(text_of(issued, "expires"), "2024-12-04T09:33:20");
  const std::string code = text_of(issued, "code");
  const auto sign_up = [&](AdminSignup mode, const std::string& email, const std::string& invite) {
    FakeServer other({.admin_signup = {mode, false}, .cors = {}});
    other.store.accounts = server_.store.accounts;
    other.store.invites = server_.store.invites;
    std::string body = fields(email, "admin");
    body.insert(body.size() - 1, R"(,"invite":")" + invite + '"');
    const auto response = other.ask("POST", "/auth/register", body);
    server_.store.invites = other.store.invites;
    return response.status == 201 ? "let in" : code_of(response);
  };
  for (const AdminSignup mode : {AdminSignup::invite, AdminSignup::first}) {
    EXPECT_EQ(sign_up(mode, "new@example.com", "no such code"), "admin_signup_closed");
    EXPECT_EQ(sign_up(mode, "user@example.com", code), "email_taken");
  }
  EXPECT_EQ(sign_up(AdminSignup::closed, "new@example.com", code), "admin_signup_closed");
  EXPECT_EQ(sign_up(AdminSignup::open, "new@example.com", "looked at by nobody"), "let in");
  EXPECT_EQ(sign_up(AdminSignup::invite, "new@example.com", code), "let in");
  EXPECT_EQ(sign_up(AdminSignup::invite, "newer@example.com", code), "admin_signup_closed");
}

TEST_F(AccountRoutes, StorageThatIsDownIsSaid) {
  ASSERT_EQ(info(admin_), 200);
  server_.store.failing = true;
  EXPECT_EQ(code_of(server_.ask_as(admin_, "GET", "/admin/users")), "storage_unavailable");
  EXPECT_EQ(code_of(server_.ask_as(admin_, "PATCH", "/admin/users/2", "{}")), "storage_unavailable");
  EXPECT_EQ(code_of(server_.ask_as(admin_, "POST", "/admin/users/2/reset")), "storage_unavailable");
  EXPECT_EQ(code_of(server_.ask_as(admin_, "POST", "/admin/invites")), "storage_unavailable");
}

}  // namespace
}  // namespace parley::rest
