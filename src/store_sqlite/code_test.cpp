// Invites and codes for a new password: once, in time, and only as long as who made them may.
#include <atomic>
#include <thread>

#include "store_fixture.hpp"

namespace parley::store {
namespace {

using service::AccountError;

constexpr std::int64_t kNow = 1'732'708'800'000'000;
constexpr std::int64_t kHour = 3'600'000'000;

class CodeTest : public StoreTest {
 protected:
  void SetUp() override {
    open_with_people();
    changes_.take();
  }
  service::OneTimeCodes& codes() { return store_->codes(); }
  static service::CodeUse use(const auth::OneTimeCode& code, std::int64_t at = kNow) { return {code.digest, at}; }

  auth::OneTimeCode invite(std::optional<domain::UserId> by = std::nullopt, std::int64_t now = kNow) {
    auth::OneTimeCode code = auth::new_one_time_code();
    EXPECT_TRUE(codes().add_invite({code.digest, by, now, now + kHour}));
    return code;
  }
  auth::OneTimeCode reset_code(domain::UserId user, std::optional<domain::UserId> by = std::nullopt) {
    auth::OneTimeCode code = auth::new_one_time_code();
    EXPECT_TRUE(codes().add_reset(user, {code.digest, by, kNow, kNow + kHour}));
    return code;
  }
  sio::Result<domain::UserId, AccountError> sign_up(const std::string& email, const service::CodeUse& by) {
    return store_->directory().add({"n", email, "h", domain::Role::admin, false, by});
  }
  std::string hash_of_ann() { return (**store_->directory().find_account("ann@example.org")).password_hash; }
};

TEST_F(CodeTest, AnInviteIsSpentByTheSignUpThatSucceeds) {
  const auto code = invite();
  EXPECT_EQ(sign_up("ann@example.org", use(code)).error(), AccountError::email_taken);
  EXPECT_TRUE(*codes().invite_stands(use(code))) << "a sign-up that fails spends none";
  ASSERT_TRUE(sign_up("new@example.org", use(code)));
  EXPECT_FALSE(*codes().invite_stands(use(code)));
  EXPECT_EQ(sign_up("newer@example.org", use(code)).error(), AccountError::invalid_code);
  EXPECT_FALSE(*store_->directory().find_account("newer@example.org"));
}

TEST_F(CodeTest, OfManySignUpsWithOneInviteExactlyOneGetsIn) {
  const auto code = invite();
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        const auto added = sign_up(std::to_string(t) + "-" + std::to_string(i) + "@example.org", use(code));
        if (added) ++accepted;
        EXPECT_TRUE(added || added.error() == AccountError::invalid_code);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
}

TEST_F(CodeTest, AnInviteIsOverAtItsTime) {
  const auto code = invite();
  EXPECT_TRUE(*codes().invite_stands(use(code, kNow + kHour - 1)));
  EXPECT_FALSE(*codes().invite_stands(use(code, kNow + kHour)));
  EXPECT_EQ(sign_up("new@example.org", use(code, kNow + kHour)).error(), AccountError::invalid_code);
  auto forged = use(code);
  forged.digest.check.back() ^= 1;
  EXPECT_FALSE(*codes().invite_stands(forged)) << "found is not known";
}

TEST_F(CodeTest, InvitesAreListedAndRevoked) {
  invite(admin_);
  const auto code = invite();
  auto all = codes().invites(kNow);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).made_by, admin_);
  EXPECT_FALSE(all->at(1).made_by);
  EXPECT_EQ(all->at(1).expires_unix_us, kNow + kHour);
  ASSERT_TRUE(codes().revoke_invite(all->at(1).id));
  EXPECT_FALSE(*codes().invite_stands(use(code)));
  EXPECT_EQ(codes().revoke_invite(all->at(1).id).error(), AccountError::not_found);
  EXPECT_TRUE(codes().invites(kNow + kHour)->empty());
}

TEST_F(CodeTest, ACodeForANewPasswordWorksOnceAndEndsAllLogins) {
  ASSERT_TRUE(store_->logins().begin({"one", ann_, "r", kNow, kNow + kHour, "hash of ann", {}}));
  const auto code = reset_code(ann_);
  const auto user = codes().reset_password(use(code), "new hash");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->id, ann_);
  EXPECT_EQ(hash_of_ann(), "new hash");
  EXPECT_FALSE(*store_->logins().find("one"));
  const auto changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].ends("one"));
  EXPECT_EQ(codes().reset_password(use(code), "newer hash").error(), AccountError::invalid_code);
  EXPECT_EQ(hash_of_ann(), "new hash");
}

TEST_F(CodeTest, ACodeForANewPasswordIsOverAtItsTime) {
  const auto code = reset_code(ann_);
  EXPECT_FALSE(*codes().reset_stands(use(code, kNow + kHour)));
  EXPECT_EQ(codes().reset_password(use(code, kNow + kHour), "h").error(), AccountError::invalid_code);
  EXPECT_TRUE(*codes().reset_stands(use(code, kNow + kHour - 1)));
  EXPECT_EQ(codes().add_reset(domain::UserId(999), {code.digest, {}, kNow, kNow + kHour}).error(),
            AccountError::not_found);
}

// An old letter must not open an account that was put in order since.
TEST_F(CodeTest, ANewerCodeOrPasswordMakesAnOlderCodeVoid) {
  const auto old = reset_code(ann_);
  const auto code = reset_code(ann_);
  EXPECT_FALSE(*codes().reset_stands(use(old)));
  ASSERT_TRUE(*codes().reset_stands(use(code)));
  ASSERT_TRUE(store_->directory().set_password(ann_, {"chosen", {}, {}}));
  EXPECT_FALSE(*codes().reset_stands(use(code)));
  const auto third = reset_code(ann_);
  ASSERT_TRUE(store_->directory().set_disabled(ann_, true));
  EXPECT_FALSE(*codes().reset_stands(use(third)));
}

// A7: who is put out does not come in again by codes made before.
TEST_F(CodeTest, A7_CodesOfWhoIsNoAdminAnyMoreAreVoid) {
  for (const bool disable : {true, false}) {
    const auto second = add(disable ? "second" : "third", domain::Role::admin);
    const auto door = invite(second);
    const auto window = reset_code(ann_, second);
    const auto others = invite(admin_);
    ASSERT_TRUE(store_->directory().set_role(bob_, domain::Role::user));
    ASSERT_TRUE(*codes().invite_stands(use(door)));
    ASSERT_TRUE(disable ? store_->directory().set_disabled(second, true)
                        : store_->directory().set_role(second, domain::Role::user));
    EXPECT_FALSE(*codes().invite_stands(use(door)));
    EXPECT_FALSE(*codes().reset_stands(use(window)));
    EXPECT_TRUE(*codes().invite_stands(use(others)));
  }
}

}  // namespace
}  // namespace parley::store
