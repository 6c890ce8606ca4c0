#include "presence_board.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::realtime {
namespace {

using namespace std::chrono_literals;

class PresenceBoardTest : public ::testing::Test {
 protected:
  // "7+" who came, "7-" who went, in the order told.
  std::string told() {
    std::string text;
    for (const PresenceChange& change : board_.take_due(now_, 100'000).changes) {
      text += std::to_string(change.user.value) + (change.online ? "+" : "-");
      last_seen_ = change.last_seen_unix_us;
    }
    return text;
  }
  void came(std::int64_t user) { board_.came(domain::UserId(user), domain::Role::user, now_); }
  void went(std::int64_t user) { board_.went(domain::UserId(user), now_, unix_us_); }
  bool online(std::int64_t user) { return board_.presence_of(domain::UserId(user)).online; }

  PresenceBoard board_;
  sio::TimePoint now_{1h};
  std::int64_t unix_us_ = 1'000'000;
  std::int64_t last_seen_ = 0;
};

TEST_F(PresenceBoardTest, WhoComesIsToldAtOnceAndOnce) {
  came(7);
  EXPECT_TRUE(online(7));
  EXPECT_EQ(board_.next_due(), now_);
  EXPECT_EQ(told(), "7+");
  came(7);  // a second device
  EXPECT_EQ(told(), "");
  EXPECT_EQ(board_.next_due(), sio::kNever);
}

TEST_F(PresenceBoardTest, WhoHasGoneIsToldTenSecondsAfterTheLastDevice) {
  came(7);
  came(7);
  EXPECT_EQ(told(), "7+");
  went(7);
  EXPECT_EQ(board_.next_due(), sio::kNever);
  now_ += 5s;
  unix_us_ = 6'000'000;
  went(7);
  now_ += 9'999ms;
  EXPECT_EQ(told(), "");
  EXPECT_TRUE(online(7));
  now_ += 1ms;
  EXPECT_EQ(told(), "7-");
  EXPECT_EQ(last_seen_, 6'000'000) << "when the last one ended, not when it was told";
  EXPECT_FALSE(online(7));
  EXPECT_EQ(board_.presence_of(domain::UserId(7)).last_seen_unix_us, 6'000'000);
}

TEST_F(PresenceBoardTest, WhoComesBackWithinTheGraceWasNeverGone) {
  came(7);
  EXPECT_EQ(told(), "7+");
  went(7);
  now_ += 9s;
  came(7);
  now_ += 1h;
  EXPECT_EQ(told(), "");
  went(7);
  now_ += 10s;
  EXPECT_EQ(told(), "7-") << "the grace begins anew";
}

TEST_F(PresenceBoardTest, ThenTheLatestAtMostOnceASecond) {
  came(7);
  EXPECT_EQ(told(), "7+");
  went(7);
  now_ += 10s;
  EXPECT_EQ(told(), "7-");
  now_ += 300ms;
  came(7);
  EXPECT_TRUE(online(7));
  EXPECT_EQ(told(), "");
  now_ += 699ms;
  EXPECT_EQ(told(), "");
  now_ += 1ms;
  EXPECT_EQ(told(), "7+");
}

TEST_F(PresenceBoardTest, WhoHasGoneIsForgottenOnceANewOneMayBeTold) {
  came(7);
  EXPECT_EQ(told(), "7+");
  went(7);
  now_ += 10s;
  EXPECT_EQ(told(), "7-");
  EXPECT_EQ(board_.next_due(), now_ + 1s);
  now_ += 1s;
  EXPECT_EQ(told(), "");
  EXPECT_EQ(board_.next_due(), sio::kNever);
  EXPECT_TRUE(board_.everybody(1).empty());
}

TEST_F(PresenceBoardTest, WhoCameAndWentBeforeItWasToldIsToldOfAllTheSame) {
  came(7);
  went(7);
  now_ += 10s;
  EXPECT_EQ(told(), "");
  EXPECT_FALSE(online(7));
  EXPECT_EQ(board_.next_due(), sio::kNever);
}

TEST_F(PresenceBoardTest, AStormIsToldOncePerPerson) {
  for (int round = 0; round < 3; ++round) {
    for (int user = 1; user <= 10'000; ++user) came(user);
    for (int user = 1; user <= 10'000; ++user) went(user);
  }
  for (int user = 1; user <= 10'000; ++user) came(user);
  EXPECT_EQ(board_.take_due(now_, 100'000).changes.size(), 10'000U);
  EXPECT_EQ(board_.take_due(now_ + 1h, 100'000).changes.size(), 0U);
}

// Else each reconnect would wake the shard that tells.
TEST_F(PresenceBoardTest, OnlyWhatIsDueFirstIsAReasonToLookEarlier) {
  const domain::UserId seven(7);
  const domain::UserId eight(8);
  EXPECT_TRUE(board_.came(seven, domain::Role::user, now_));
  EXPECT_FALSE(board_.came(seven, domain::Role::user, now_)) << "a second device";
  EXPECT_EQ(told(), "7+");
  EXPECT_FALSE(board_.went(seven, now_, unix_us_)) << "another device is there";
  EXPECT_TRUE(board_.went(seven, now_, unix_us_));
  now_ += 1s;
  EXPECT_TRUE(board_.came(eight, domain::Role::user, now_)) << "sooner than the grace of 7";
  EXPECT_EQ(told(), "8+");
  EXPECT_FALSE(board_.went(eight, now_, unix_us_)) << "later than that";
  EXPECT_FALSE(board_.came(seven, domain::Role::user, now_)) << "was never gone";
}

// What waits for its turn is not kept as it was, but looked at when its turn comes.
TEST_F(PresenceBoardTest, WhatIsLeftForLaterIsToldAsItIsThen) {
  for (int user = 1; user <= 5; ++user) came(user);
  EXPECT_EQ(board_.take_due(now_, 2).changes.size(), 2U);
  EXPECT_EQ(board_.next_due(), now_);
  went(4);
  now_ += 10s;
  EXPECT_EQ(told(), "3+5+") << "4 has come and gone";
}

// Whoever was left out hears from the first change on that he missed.
TEST_F(PresenceBoardTest, WhatWasToldIsKeptForThoseWhoWereLeftOut) {
  for (int user = 1; user <= 5; ++user) came(user);
  EXPECT_EQ(board_.take_due(now_, 3).first, 1U);
  EXPECT_EQ(board_.take_due(now_, 3).first, 4U);
  const PresenceNews some = board_.told_since(2, 3);
  EXPECT_EQ(some.first, 2U);
  ASSERT_EQ(some.changes.size(), 3U);
  EXPECT_EQ(some.changes[0].user.value, 2);
  EXPECT_EQ(some.changes[2].user.value, 4);
  EXPECT_EQ(board_.told_since(5, 3).changes.size(), 1U);
  EXPECT_TRUE(board_.told_since(6, 3).changes.empty());
}

TEST_F(PresenceBoardTest, OfWhatWasToldOnlySoMuchIsKept) {
  const auto count = static_cast<std::int64_t>(PresenceBoard::kKeptMax) + 7;
  for (std::int64_t user = 1; user <= count; ++user) came(user);
  EXPECT_EQ(board_.take_due(now_, 100'000).changes.size(), static_cast<std::size_t>(count));
  const PresenceNews all = board_.told_since(1, 100'000);
  EXPECT_EQ(all.first, 8U);
  ASSERT_EQ(all.changes.size(), PresenceBoard::kKeptMax);
  EXPECT_EQ(all.changes.front().user.value, 8);
}

TEST_F(PresenceBoardTest, TheRoleIsTheOneThatCountsNow) {
  came(7);
  EXPECT_EQ(told(), "7+");
  board_.set_role(domain::UserId(7), domain::Role::admin);
  EXPECT_EQ(board_.role_of(domain::UserId(7)), domain::Role::admin);
  went(7);
  EXPECT_EQ(board_.role_of(domain::UserId(7)), std::nullopt) << "nobody is there to hear anything";
  const auto changes = board_.take_due(now_ + 10s, 100'000).changes;
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].role, domain::Role::admin);
}

TEST_F(PresenceBoardTest, EverybodyIsSeenWhenTheServerEnds) {
  came(7);
  came(8);
  EXPECT_EQ(told(), "7+8+");
  went(8);
  unix_us_ = 9'000'000;
  auto all = board_.everybody(unix_us_);
  ASSERT_EQ(all.size(), 2U);
  if (all[0].user.value == 8) std::swap(all[0], all[1]);
  EXPECT_EQ(all[0].unix_us, 9'000'000);
  EXPECT_EQ(all[1].unix_us, 1'000'000) << "gone before, but nobody was told yet";
}

}  // namespace
}  // namespace parley::realtime
