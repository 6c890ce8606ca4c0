#include "parley/service/access.hpp"

#include <gtest/gtest.h>

#include "fakes_for_tests.hpp"

namespace parley::service {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

struct AccessTest : ::testing::Test {
  std::string token(const std::string& login, std::int64_t user = 7, auth::TokenType type = auth::TokenType::access) {
    return codec.sign({user, "user", type, kNow, kNow, kNow + 60, "jti", login});
  }
  void stands(const std::string& login, bool usable = true) {
    logins.logins[login] = {{domain::UserId(7), "U", "u@x.test", domain::Role::admin, false}, usable};
  }

  auth::SecretKey key{std::string(32, 'k')};
  auth::TokenCodec codec{key};
  testing::FakeLogins logins;
  Access access{codec, logins};
};

// Reconnects of many clients at once must not each cost a read.
TEST_F(AccessTest, RemembersWhoStandsBehindALogin) {
  stands("a");
  EXPECT_FALSE(access.try_authenticate(token("a"), kNow));
  const auto first = access.authenticate(token("a"), kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->login_id, "a");
  const auto again = access.try_authenticate(token("a"), kNow);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->ok());
  EXPECT_EQ(logins.reads, 1);
}

// A10: the role that counts is the database's, not the token's.
TEST_F(AccessTest, A10_TakesTheRoleFromTheDatabase) {
  stands("a");
  EXPECT_EQ(access.authenticate(token("a"), kNow)->user.role, domain::Role::admin);
}

// A7: what ended is forgotten at once, and read anew.
TEST_F(AccessTest, A7_ForgetsWhatChanged) {
  stands("a");
  ASSERT_TRUE(access.authenticate(token("a"), kNow));
  stands("a", false);
  access.on_account_changed(
      {{domain::UserId(7), "U", "u@x.test", domain::Role::admin, false}, AccountChange::Ended::all, {}});
  EXPECT_FALSE(access.try_authenticate(token("a"), kNow));
  EXPECT_EQ(access.authenticate(token("a"), kNow).error(), AccessError::token_revoked);
}

// A change while the store is being read must not be undone by what was read before it.
TEST_F(AccessTest, PutsNothingOldBack) {
  stands("a");
  logins.on_find = [&] {
    access.on_account_changed(
        {{domain::UserId(7), "U", "u@x.test", domain::Role::user, false}, AccountChange::Ended::none, {}});
  };
  ASSERT_TRUE(access.authenticate(token("a"), kNow));
  EXPECT_FALSE(access.try_authenticate(token("a"), kNow));
}

TEST_F(AccessTest, A6_RefusesWhatIsMissingForgedExpiredOrOfTheOtherType) {
  stands("a");
  EXPECT_EQ(access.authenticate("", kNow).error(), AccessError::token_missing);
  EXPECT_EQ(access.authenticate(token("a") + "x", kNow).error(), AccessError::token_invalid);
  EXPECT_EQ(access.authenticate(token("a"), kNow + 3600).error(), AccessError::token_expired);
  EXPECT_EQ(access.authenticate(token("a", 7, auth::TokenType::refresh), kNow).error(), AccessError::token_invalid);
  EXPECT_EQ(access.authenticate(token("unknown"), kNow).error(), AccessError::token_revoked);
}

// A login belongs to one person: a token that names another is not ours, even if its login stands.
TEST_F(AccessTest, RefusesALoginOfSomebodyElse) {
  stands("a");
  EXPECT_EQ(access.authenticate(token("a", 8), kNow).error(), AccessError::token_invalid);
  EXPECT_FALSE(access.try_authenticate(token("a", 8), kNow));
}

TEST_F(AccessTest, SaysWhenTheStoreIsDown) {
  logins.down = true;
  EXPECT_EQ(access.authenticate(token("a"), kNow).error(), AccessError::storage_unavailable);
}

TEST_F(AccessTest, StaysWithinItsBound) {
  Access small(codec, logins, 16);
  for (std::int64_t user = 1; user <= 200; ++user) {
    const std::string login = "l" + std::to_string(user);
    logins.logins[login] = {{domain::UserId(user), "U", "u@x.test", domain::Role::user, false}, true};
    ASSERT_TRUE(small.authenticate(token(login, user), kNow));
  }
  int remembered = 0;
  for (std::int64_t user = 1; user <= 200; ++user) {
    remembered += small.try_authenticate(token("l" + std::to_string(user), user), kNow) ? 1 : 0;
  }
  EXPECT_LE(remembered, 16);
  EXPECT_GT(remembered, 0);
}

}  // namespace
}  // namespace parley::service
