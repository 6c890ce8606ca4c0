#include <atomic>
#include <mutex>
#include <thread>

#include "store_fixture.hpp"

namespace parley::store {
namespace {

using service::AccountChange;
using service::AccountError;
using service::RotateError;
using Ended = AccountChange::Ended;

constexpr std::int64_t kNow = 1'732'708'800'000'000;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 24 * 3'600 * kSecond;

class AccountTest : public StoreTest {
 protected:
  void SetUp() override {
    open_with_people();
    changes_.take();
  }
  service::Directory& directory() { return store_->directory(); }
  service::Logins& logins() { return store_->logins(); }

  void begin(std::string id, domain::UserId user, std::string hash) {
    ASSERT_TRUE(logins().begin({std::move(id), user, "r0", kNow, kNow + 30 * kDay, std::move(hash), {}}));
  }
  void begin_ann(std::string id) { begin(std::move(id), ann_, "hash of ann"); }
  sio::Result<service::Rotated, RotateError> rotate(std::string presented, std::string fresh, std::int64_t at) {
    return logins().rotate({"login", std::move(presented), std::move(fresh), at, at + 30 * kDay});
  }
  bool stands(std::string_view login) {
    const auto found = logins().find(login);
    return found && *found && (**found).usable;
  }
  std::vector<std::string> names(domain::Role role, const service::PageQuery& query = {}) {
    std::vector<std::string> names;
    const auto page = directory().list(role, query);
    for (const auto& person : page->items) names.push_back(person.user.name);
    return names;
  }
};

TEST_F(AccountTest, PeopleAreFoundByIdAndAddress) {
  const auto user = directory().find(ann_);
  ASSERT_TRUE(user && *user);
  EXPECT_EQ((**user).name, "ann");
  EXPECT_EQ((**user).email, "ann@example.org");
  EXPECT_EQ((**user).role, domain::Role::user);
  EXPECT_FALSE((**user).disabled);
  const auto account = directory().find_account("Ann@EXAMPLE.org");
  ASSERT_TRUE(account && *account);
  EXPECT_EQ((**account).user.id, ann_);
  EXPECT_EQ((**account).password_hash, "hash of ann");
  EXPECT_FALSE(*directory().find(domain::UserId(999)));
  EXPECT_FALSE(*directory().find_account("nobody@example.org"));
}

TEST_F(AccountTest, AnAddressIsTakenInAnyCase) {
  const auto again = directory().add({"n", "ANN@example.org", "h", domain::Role::user, false});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), AccountError::email_taken);
}

// interop.md 1: the original application compared with case.
TEST_F(AccountTest, OfAddressesThatDifferInCaseTheExactOneWins) {
  store_.reset();
  {
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute(
        "INSERT INTO user (id, name, email, password, role) VALUES (100, 'second', 'Ann@example.org', 'h', 'user')"));
  }
  open();
  EXPECT_EQ((**directory().find_account("Ann@example.org")).user.id.value, 100);
  EXPECT_EQ((**directory().find_account("ann@example.org")).user.id, ann_);
  EXPECT_EQ((**directory().find_account("ANN@example.org")).user.id, ann_) << "the oldest";
}

// A14, without the HTTP before it.
TEST_F(AccountTest, A14_OfManyFirstAdminsAtOnceExactlyOneGetsIn) {
  TempDir fresh;
  options_.file = fresh / "fresh.db";
  reopen();
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 13; ++i) {
        const std::string email = std::to_string(t) + "-" + std::to_string(i) + "@example.org";
        const auto added = directory().add({"n", email, "h", domain::Role::admin, true});
        if (added) ++accepted;
        if (!added && added.error() == AccountError::admin_exists) ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, 103);
  EXPECT_TRUE(*directory().any_admin());
  store_.reset();
}

TEST_F(AccountTest, ListsHaveEnabledPeopleOfARoleByPages) {
  for (int i = 0; i < 5; ++i) add("u" + std::to_string(i), domain::Role::user);
  ASSERT_TRUE(directory().set_disabled(bob_, true));
  EXPECT_EQ(names(domain::Role::user), (std::vector<std::string>{"ann", "u0", "u1", "u2", "u3", "u4"}));
  EXPECT_EQ(names(domain::Role::admin), (std::vector<std::string>{"admin"}));
  EXPECT_EQ(names(domain::Role::user, {.limit = 2, .after = ann_.value, .before = {}}),
            (std::vector<std::string>{"u0", "u1"}));
  EXPECT_EQ(names(domain::Role::user, {.limit = 2, .after = {}, .before = {}}), (std::vector<std::string>{"u3", "u4"}));
  const auto all = directory().list_all({.limit = 3, .after = 0, .before = {}});
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->more);
  ASSERT_EQ(all->items.size(), 3U);
  EXPECT_TRUE(all->items[2].user.disabled);
}

TEST_F(AccountTest, TheLastEnabledAdminStays) {
  EXPECT_EQ(directory().set_role(admin_, domain::Role::user).error(), AccountError::last_admin);
  EXPECT_EQ(directory().set_disabled(admin_, true).error(), AccountError::last_admin);
  const auto second = add("second", domain::Role::admin);
  ASSERT_TRUE(directory().set_disabled(second, true));
  EXPECT_EQ(directory().set_role(admin_, domain::Role::user).error(), AccountError::last_admin)
      << "the other is disabled";
  ASSERT_TRUE(directory().set_role(second, domain::Role::user)) << "a disabled admin is none that counts";
  ASSERT_TRUE(directory().set_disabled(second, false));
  ASSERT_TRUE(directory().set_role(second, domain::Role::admin));
  EXPECT_TRUE(directory().set_role(admin_, domain::Role::user));
}

// Half of a refused change would be an admin who is disabled but not made a user, or the other way round.
TEST_F(AccountTest, AChangeIsMadeAsAWholeOrNotAtAll) {
  EXPECT_EQ(directory().change(admin_, {domain::Role::user, false}).error(), AccountError::last_admin);
  EXPECT_EQ((**directory().find(admin_)).role, domain::Role::admin);
  const auto second = add("second", domain::Role::admin);
  changes_.take();
  const auto changed = directory().change(second, {domain::Role::user, true});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->role, domain::Role::user);
  EXPECT_TRUE(changed->disabled);
  EXPECT_EQ(changes_.take().size(), 1U) << "told once";
  ASSERT_TRUE(directory().change(second, {domain::Role::user, true}));
  ASSERT_TRUE(directory().change(second, {}));
  EXPECT_TRUE(changes_.take().empty()) << "nothing changed";
}

TEST_F(AccountTest, APasswordIsNotSetOverOneThatIsNewer) {
  ASSERT_TRUE(directory().set_password(ann_, {"new hash", {}, "hash of ann"}));
  EXPECT_EQ(directory().set_password(ann_, {"late hash", {}, "hash of ann"}).error(), AccountError::changed_meanwhile);
  EXPECT_EQ((**directory().find_account("ann@example.org")).password_hash, "new hash");
}

TEST_F(AccountTest, ChangesOfNobodyAreNotFound) {
  const domain::UserId nobody(999);
  EXPECT_EQ(directory().set_password(nobody, {"h", {}, {}}).error(), AccountError::not_found);
  EXPECT_EQ(directory().set_role(nobody, domain::Role::user).error(), AccountError::not_found);
  EXPECT_EQ(directory().set_disabled(nobody, true).error(), AccountError::not_found);
  EXPECT_EQ(logins().end_all(nobody).error(), AccountError::not_found);
  EXPECT_TRUE(changes_.take().empty());
}

TEST_F(AccountTest, A7_ANewPasswordEndsAllLoginsButTheOneThatAsked) {
  begin_ann("one");
  begin_ann("two");
  begin("bobs", bob_, "hash of bob");
  ASSERT_TRUE(directory().set_password(ann_, {"new hash", "two", {}}));
  EXPECT_FALSE(stands("one"));
  EXPECT_TRUE(stands("two"));
  EXPECT_TRUE(stands("bobs"));
  auto changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].ends("one"));
  EXPECT_FALSE(changes[0].ends("two"));
  ASSERT_TRUE(directory().set_password(ann_, {"newer hash", {}, "new hash"}));
  EXPECT_FALSE(stands("two"));
  changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].ends("two"));
}

TEST_F(AccountTest, A7_DisablingEndsAllLoginsForGood) {
  begin_ann("one");
  ASSERT_TRUE(directory().set_disabled(ann_, true));
  EXPECT_FALSE(stands("one"));
  auto changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].user.disabled);
  EXPECT_TRUE(changes[0].ends("one"));
  EXPECT_EQ(logins().begin({"two", ann_, "r", kNow, kNow + kDay, "hash of ann", {}}).error(),
            AccountError::changed_meanwhile);
  ASSERT_TRUE(directory().set_disabled(ann_, false));
  EXPECT_FALSE(stands("one"));
}

TEST_F(AccountTest, LoginsEndOneByOneOrAllAtOnce) {
  begin_ann("one");
  begin_ann("two");
  begin_ann("three");
  ASSERT_TRUE(logins().end("one"));
  EXPECT_FALSE(stands("one"));
  EXPECT_TRUE(stands("two"));
  const auto changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].ended, Ended::one);
  EXPECT_EQ(changes[0].login_id, "one");
  ASSERT_TRUE(logins().end_all(ann_));
  EXPECT_FALSE(stands("two"));
  EXPECT_FALSE(stands("three"));
  EXPECT_TRUE(logins().end("one")) << "ending what has ended is no error";
}

TEST_F(AccountTest, ALoginWithAPasswordThatWasChangedMeanwhileIsRefused) {
  ASSERT_TRUE(directory().set_password(ann_, {"new hash", {}, {}}));
  EXPECT_EQ(logins().begin({"one", ann_, "r", kNow, kNow + kDay, "hash of ann", {}}).error(),
            AccountError::changed_meanwhile);
  EXPECT_FALSE(stands("one"));
}

TEST_F(AccountTest, ALoginMayBringABetterHash) {
  ASSERT_TRUE(logins().begin({"one", ann_, "r", kNow, kNow + kDay, "hash of ann", "better hash"}));
  EXPECT_EQ((**directory().find_account("ann@example.org")).password_hash, "better hash");
  EXPECT_TRUE(stands("one"));
}

TEST_F(AccountTest, ExpiredLoginsAreForgottenAtTheNextOne) {
  ASSERT_TRUE(logins().begin({"old", ann_, "r", kNow, kNow + kDay, "hash of ann", {}}));
  ASSERT_TRUE(logins().begin({"new", ann_, "r", kNow + 2 * kDay, kNow + 3 * kDay, "hash of ann", {}}));
  EXPECT_FALSE(stands("old"));
  EXPECT_TRUE(stands("new"));
}

TEST_F(AccountTest, A8_ARefreshTokenWorksOnceAndAgainForTenSeconds) {
  begin_ann("login");
  auto rotated = rotate("r0", "r1", kNow);
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->refresh_token_id, "r1");
  EXPECT_EQ(rotated->user.id, ann_);
  rotated = rotate("r0", "r2", kNow + 10 * kSecond);
  ASSERT_TRUE(rotated) << "the first answer may have been lost";
  EXPECT_EQ(rotated->refresh_token_id, "r1") << "whoever got the first answer goes on with the same";
  ASSERT_TRUE(rotate("r1", "r3", kNow + 11 * kSecond));
  EXPECT_TRUE(stands("login"));
  EXPECT_TRUE(changes_.take().empty());
}

TEST_F(AccountTest, A8_UsedLaterItEndsThatLogin) {
  begin_ann("login");
  begin_ann("other");
  ASSERT_TRUE(rotate("r0", "r1", kNow));
  EXPECT_EQ(rotate("r0", "r2", kNow + 10 * kSecond + 1).error(), RotateError::reused);
  EXPECT_FALSE(stands("login"));
  EXPECT_TRUE(stands("other"));
  const auto changes = changes_.take();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].ends("login"));
  EXPECT_EQ(rotate("r1", "r2", kNow + 11 * kSecond).error(), RotateError::ended);
}

TEST_F(AccountTest, A8_TheGraceCountsFromItsOwnUseAlsoWhenTheNextWasUsed) {
  begin_ann("login");
  ASSERT_TRUE(rotate("r0", "r1", kNow));
  ASSERT_TRUE(rotate("r1", "r2", kNow + 5 * kSecond));
  const auto rotated = rotate("r0", "r3", kNow + 9 * kSecond);
  ASSERT_TRUE(rotated);
  EXPECT_EQ(rotated->refresh_token_id, "r2");
  EXPECT_EQ(rotate("r0", "r3", kNow + 11 * kSecond).error(), RotateError::reused);
}

TEST_F(AccountTest, A8_ATokenOfOursThatWasNeverCurrentEndsTheLogin) {
  begin_ann("login");
  EXPECT_EQ(rotate("r9", "r1", kNow).error(), RotateError::reused);
  EXPECT_FALSE(stands("login"));
}

TEST_F(AccountTest, ARefreshOfNoLoginOrAnExpiredOneIsRefused) {
  EXPECT_EQ(rotate("r0", "r1", kNow).error(), RotateError::ended);
  begin_ann("login");
  EXPECT_EQ(rotate("r0", "r1", kNow + 31 * kDay).error(), RotateError::ended);
}

TEST_F(AccountTest, ManyRefreshesAtOnceAllGoOnWithOneToken) {
  begin_ann("login");
  std::mutex mutex;
  std::vector<std::string> answers;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto rotated = rotate("r0", "fresh" + std::to_string(t), kNow);
      ASSERT_TRUE(rotated);
      const std::lock_guard lock(mutex);
      answers.push_back(rotated->refresh_token_id);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers, std::vector<std::string>(8, answers[0]));
}

}  // namespace
}  // namespace parley::store
