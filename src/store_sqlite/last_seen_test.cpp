#include "store_fixture.hpp"

namespace parley::store {
namespace {

class LastSeenTest : public StoreTest {
 protected:
  void SetUp() override { open_with_people(); }

  // Nobody waits for a note; whoever is added after it is there when it is.
  void note(std::vector<service::Seen> seen) {
    ASSERT_TRUE(store_->seen().try_note(std::move(seen)));
    add("settled" + std::to_string(++settled_), domain::Role::admin);
  }
  std::optional<std::int64_t> last_seen(domain::UserId user) {
    const auto page = store_->directory().list_all({});
    EXPECT_TRUE(page);
    for (const service::Person& each : page->items) {
      if (each.user.id == user) return each.last_seen_unix_us;
    }
    return std::nullopt;
  }

  int settled_ = 0;
};

TEST_F(LastSeenTest, IsWhatWasNotedLastAndNoneForWhoNeverWasHere) {
  EXPECT_EQ(last_seen(ann_), std::nullopt);
  note({{ann_, 1'000}, {bob_, 2'000}});
  EXPECT_EQ(last_seen(ann_), 1'000);
  EXPECT_EQ(last_seen(bob_), 2'000);
  note({{ann_, 3'000}});
  EXPECT_EQ(last_seen(ann_), 3'000);
  EXPECT_EQ(last_seen(bob_), 2'000);
}

// A clock that was set back, or notes that overtake each other, must not make anybody older.
TEST_F(LastSeenTest, NeverGoesBack) {
  note({{ann_, 3'000}});
  note({{ann_, 1'000}});
  EXPECT_EQ(last_seen(ann_), 3'000);
}

TEST_F(LastSeenTest, SurvivesARestartAndIsInTheListOfConversations) {
  sent_id(ann_, admin_);
  note({{ann_, 1'000}});
  reopen();
  EXPECT_EQ(last_seen(ann_), 1'000);
  const auto page = store_->reader().conversations(admin_, {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0].partner.last_seen_unix_us, 1'000);
}

}  // namespace
}  // namespace parley::store
