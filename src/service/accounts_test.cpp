#include "parley/service/accounts.hpp"

#include <gtest/gtest.h>

#include "fakes_for_tests.hpp"

namespace parley::service {
namespace {

constexpr std::int64_t kNowUs = 1'700'000'000'000'000;
using Why = RegistrationRefused::Why;

struct AccountsTest : ::testing::Test {
  Registration registration(std::string_view role = "user", AdminSignupDecision admin = AdminSignupDecision::refused) {
    return {"Ann", "ann@x.test", "a quiet harbour", role, admin};
  }

  auth::SecretKey key{std::string(32, 'k')};
  auth::TokenCodec codec{key};
  auth::PasswordHasher hasher{{.memory_kib = 64, .iterations = 1, .parallelism = 1}};
  testing::FakeDirectory directory;
  testing::FakeLogins logins;
  testing::FakeCodes codes;
  Accounts accounts{directory, logins, codes, hasher, codec, {}};
};

TEST_F(AccountsTest, RegistersAndLogsIn) {
  ASSERT_TRUE(accounts.register_user(registration()));
  EXPECT_TRUE(directory.accounts.at(0).password_hash.starts_with("$argon2id$"));
  const auto grant = accounts.log_in("ann@x.test", "a quiet harbour", "user", kNowUs);
  ASSERT_TRUE(grant);
  const auto access = codec.verify(grant->access_token, auth::TokenType::access, kNowUs / 1'000'000);
  ASSERT_TRUE(access);
  EXPECT_EQ(access->user_id, 1);
  EXPECT_EQ(access->login_id, logins.begun.at(0).id);
  const auto refresh = codec.verify(grant->refresh_token, auth::TokenType::refresh, kNowUs / 1'000'000);
  ASSERT_TRUE(refresh);
  EXPECT_EQ(refresh->token_id, logins.begun.at(0).refresh_token_id);
}

TEST_F(AccountsTest, NamesEveryFieldThatIsWrong) {
  const auto refused = accounts.register_user({"", "nobody", "short", "boss", AdminSignupDecision::allowed});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, Why::invalid_fields);
  ASSERT_EQ(refused.error().flaws.size(), 4U);
  EXPECT_EQ(refused.error().flaws[3].field, Field::role);
}

// A14 is decided by the writer: the use case hands the condition down.
TEST_F(AccountsTest, AdminsSignUpAsTheRuleSays) {
  EXPECT_EQ(accounts.register_user(registration("admin")).error().why, Why::admin_signup_closed);
  ASSERT_TRUE(accounts.register_user(registration("admin", AdminSignupDecision::only_first)));
  Registration second = registration("admin", AdminSignupDecision::only_first);
  second.email = "bob@x.test";
  EXPECT_EQ(accounts.register_user(second).error().why, Why::admin_signup_closed);
  second.admin = AdminSignupDecision::allowed;
  EXPECT_TRUE(accounts.register_user(second));
}

// A refusal that can be known before costs no hash: else anybody could keep the hash pool busy.
TEST_F(AccountsTest, WhoMayNotSignUpAsAdminCostsNoHash) {
  directory.has_admin = true;
  const std::uint64_t before = hasher.computed();
  for (const auto decision :
       {AdminSignupDecision::refused, AdminSignupDecision::only_first, AdminSignupDecision::by_invite}) {
    Registration request = registration("admin", decision);
    request.invite = "no such code";
    EXPECT_EQ(accounts.register_user(request).error().why, Why::admin_signup_closed);
  }
  EXPECT_EQ(hasher.computed(), before);
  directory.down = true;
  EXPECT_EQ(accounts.register_user(registration("admin", AdminSignupDecision::only_first)).error().why,
            Why::storage_unavailable);
}

TEST_F(AccountsTest, AnInviteLetsInUntilItIsOver) {
  const auto issued = accounts.invite(domain::UserId(3), kNowUs);
  ASSERT_TRUE(issued);
  EXPECT_EQ(codes.invite->made_by, domain::UserId(3));
  EXPECT_EQ(issued->expires_unix_us, kNowUs + std::chrono::microseconds(kInviteLife).count());
  Registration request = registration("admin", AdminSignupDecision::by_invite);
  request.invite = issued->code;
  request.now_unix_us = issued->expires_unix_us;
  EXPECT_EQ(accounts.register_user(request).error().why, Why::admin_signup_closed);
  request.now_unix_us = kNowUs;
  ASSERT_TRUE(accounts.register_user(request));
  ASSERT_TRUE(directory.added.invite) << "spent by the store, with the account";
  EXPECT_EQ(directory.added.invite->digest.lookup, codes.invite->digest.lookup);
  request.email = "bob@x.test";
  request.role = "user";
  ASSERT_TRUE(accounts.register_user(request));
  EXPECT_FALSE(directory.added.invite) << "users need none";
}

TEST_F(AccountsTest, ACodeSetsANewPasswordOnceWithin24Hours) {
  const auto issued = accounts.issue_reset(domain::UserId(7), std::nullopt, kNowUs);
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->expires_unix_us, kNowUs + 24 * std::int64_t{3'600'000'000});
  const std::uint64_t before = hasher.computed();
  const auto reset = [&](std::string_view code, std::int64_t at) {
    return accounts.reset_password(code, "another harbour", at);
  };
  EXPECT_EQ(reset("no such code", kNowUs).error(), PasswordChangeError::invalid_code);
  EXPECT_EQ(reset(auth::new_one_time_code().text, kNowUs).error(), PasswordChangeError::invalid_code);
  EXPECT_EQ(reset(issued->code, issued->expires_unix_us).error(), PasswordChangeError::invalid_code);
  EXPECT_EQ(accounts.reset_password(issued->code, "short", kNowUs).error(), PasswordChangeError::unacceptable);
  EXPECT_EQ(hasher.computed(), before) << "no hash for who has no code";
  codes.down = true;
  EXPECT_EQ(reset(issued->code, kNowUs).error(), PasswordChangeError::storage_unavailable);
  codes.down = false;
  const auto user = reset(issued->code, issued->expires_unix_us - 1);
  ASSERT_TRUE(user);
  EXPECT_TRUE(hasher.verify(codes.new_hash, "another harbour"));
  EXPECT_EQ(reset(issued->code, kNowUs).error(), PasswordChangeError::invalid_code);
}

TEST_F(AccountsTest, SaysWhichAddressIsTakenAndWhenTheStoreIsDown) {
  ASSERT_TRUE(accounts.register_user(registration()));
  EXPECT_EQ(accounts.register_user(registration()).error().why, Why::email_taken);
  directory.down = true;
  EXPECT_EQ(accounts.register_user(registration()).error().why, Why::storage_unavailable);
  EXPECT_EQ(accounts.log_in("ann@x.test", "a quiet harbour", "", kNowUs).error(), LoginError::storage_unavailable);
}

// A3: nobody learns from the answer whether an address is registered.
TEST_F(AccountsTest, A3_EveryFailedLoginIsTheSame) {
  ASSERT_TRUE(accounts.register_user(registration()));
  EXPECT_EQ(accounts.log_in("ann@x.test", "wrong password", "", kNowUs).error(), LoginError::invalid_credentials);
  EXPECT_EQ(accounts.log_in("nobody@x.test", "a quiet harbour", "", kNowUs).error(), LoginError::invalid_credentials);
  EXPECT_EQ(accounts.log_in("ann@x.test", "a quiet harbour", "admin", kNowUs).error(), LoginError::invalid_credentials);
  directory.accounts.at(0).user.disabled = true;
  EXPECT_EQ(accounts.log_in("ann@x.test", "a quiet harbour", "", kNowUs).error(), LoginError::invalid_credentials);
  directory.accounts.at(0).user.disabled = false;
  logins.refuse_begin = AccountError::changed_meanwhile;
  EXPECT_EQ(accounts.log_in("ann@x.test", "a quiet harbour", "", kNowUs).error(), LoginError::invalid_credentials);
  EXPECT_TRUE(logins.begun.empty());
}

TEST_F(AccountsTest, RefreshesWithTheTokenThatTheStoreMadeCurrent) {
  const std::string token =
      codec.sign({7, "user", auth::TokenType::refresh, 0, 0, kNowUs / 1'000'000 + 60, "old", "login"});
  const auto grant = accounts.refresh(token, kNowUs);
  ASSERT_TRUE(grant);
  EXPECT_EQ(logins.rotations.at(0).presented_token_id, "old");
  const auto fresh = codec.verify(grant->refresh_token, auth::TokenType::refresh, kNowUs / 1'000'000);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->token_id, logins.rotations.at(0).fresh_token_id);
  EXPECT_EQ(fresh->login_id, "login");
}

// A8: a token used again ends its login; an access token is no refresh token.
TEST_F(AccountsTest, A8_RefusesReusedEndedAndForeignTokens) {
  const std::string token =
      codec.sign({7, "user", auth::TokenType::refresh, 0, 0, kNowUs / 1'000'000 + 60, "old", "login"});
  logins.refuse_rotate = RotateError::reused;
  EXPECT_EQ(accounts.refresh(token, kNowUs).error(), AccessError::token_revoked);
  logins.refuse_rotate = RotateError::storage_unavailable;
  EXPECT_EQ(accounts.refresh(token, kNowUs).error(), AccessError::storage_unavailable);
  const std::string access =
      codec.sign({7, "user", auth::TokenType::access, 0, 0, kNowUs / 1'000'000 + 60, "j", "login"});
  EXPECT_EQ(accounts.refresh(access, kNowUs).error(), AccessError::token_invalid);
}

TEST_F(AccountsTest, ChangesAPasswordAndKeepsThisLogin) {
  ASSERT_TRUE(accounts.register_user(registration()));
  const Principal who{directory.accounts.at(0).user, "this-login", 0};
  EXPECT_EQ(accounts.change_password(who, "not it at all", "another harbour").error(),
            PasswordChangeError::wrong_password);
  EXPECT_EQ(accounts.change_password(who, "a quiet harbour", "x").error(), PasswordChangeError::unacceptable);
  ASSERT_TRUE(accounts.change_password(who, "a quiet harbour", "another harbour"));
  EXPECT_EQ(directory.set.keep_login, "this-login");
  EXPECT_TRUE(accounts.log_in("ann@x.test", "another harbour", "", kNowUs));
}

// Who knew the password that was right until a moment ago does not set another over the one that replaced it.
TEST_F(AccountsTest, APasswordThatChangedMeanwhileIsAWrongOne) {
  ASSERT_TRUE(accounts.register_user(registration()));
  const std::string before = directory.accounts.at(0).password_hash;
  const Principal who{directory.accounts.at(0).user, "this-login", 0};
  ASSERT_TRUE(accounts.change_password(who, "a quiet harbour", "another harbour"));
  EXPECT_EQ(directory.set.verified_hash, before);
  directory.refuse_password = AccountError::changed_meanwhile;
  EXPECT_EQ(accounts.change_password(who, "another harbour", "a third harbour").error(),
            PasswordChangeError::wrong_password);
}

TEST_F(AccountsTest, LogsOutOfOneLoginOrOfAll) {
  ASSERT_TRUE(accounts.register_user(registration()));
  const Principal who{directory.accounts.at(0).user, "one", 0};
  for (const char* const login : {"one", "two", "three"}) logins.logins[login] = {who.user, true};
  ASSERT_TRUE(accounts.log_out(who));
  EXPECT_EQ(logins.logins.size(), 2U);
  EXPECT_FALSE(logins.logins.contains("one"));
  ASSERT_TRUE(accounts.log_out_everywhere(who));
  EXPECT_TRUE(logins.logins.empty());
}

}  // namespace
}  // namespace parley::service
