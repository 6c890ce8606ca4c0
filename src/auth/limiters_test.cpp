#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "parley/auth/login_limiter.hpp"
#include "parley/auth/rate_limiter.hpp"

namespace parley::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
const sio::TimePoint kStart{std::chrono::hours(1)};

TEST(RateLimiter, S9_TwentyAtOnceThenFiveASecond) {
  MessageLimiter limiter({5.0, 20}, true);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.try_take(7, kStart), milliseconds(0)) << i;
  EXPECT_EQ(limiter.try_take(7, kStart), milliseconds(200));
  EXPECT_EQ(limiter.try_take(7, kStart + milliseconds(150)), milliseconds(50));
  EXPECT_EQ(limiter.try_take(7, kStart + milliseconds(200)), milliseconds(0));
  EXPECT_EQ(limiter.try_take(7, kStart + milliseconds(200)), milliseconds(200));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.try_take(7, kStart + seconds(60)), milliseconds(0)) << i;
  EXPECT_GT(limiter.try_take(7, kStart + seconds(60)), milliseconds(0));
}

TEST(RateLimiter, WaitingAsLongAsToldIsEnough) {
  MessageLimiter limiter({3.0, 2}, true);
  sio::TimePoint now = kStart;
  for (int i = 0; i < 50; ++i) {
    const RetryAfter wait = limiter.try_take(1, now);
    if (wait == RetryAfter::zero()) continue;
    now += wait;
    EXPECT_EQ(limiter.try_take(1, now), RetryAfter::zero());
  }
}

TEST(RateLimiter, EachKeyHasItsOwn) {
  MessageLimiter limiter({1.0, 1}, true);
  EXPECT_EQ(limiter.try_take(1, kStart), milliseconds(0));
  EXPECT_EQ(limiter.try_take(2, kStart), milliseconds(0));
  EXPECT_GT(limiter.try_take(1, kStart), milliseconds(0));
}

TEST(RateLimiter, WhatIsGivenBackMayBeTakenAgain) {
  MessageLimiter limiter({1.0, 1}, true);
  EXPECT_EQ(limiter.try_take(1, kStart), milliseconds(0));
  limiter.give_back(1, kStart);
  EXPECT_EQ(limiter.try_take(1, kStart), milliseconds(0));
  EXPECT_GT(limiter.try_take(1, kStart), milliseconds(0));
}

TEST(RateLimiter, SwitchedOffItNeverLimits) {
  MessageLimiter limiter({1.0, 1}, false);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.try_take(1, kStart), milliseconds(0));
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(RateLimiter, RemembersNoMoreKeysThanItMay) {
  MessageLimiter limiter({1.0, 10}, true, 160);
  for (std::int64_t key = 0; key < 10'000; ++key) limiter.try_take(key, kStart);
  EXPECT_LE(limiter.size(), 160U);
}

TEST(RateLimiter, SeveralThreadsTogetherGetNoMoreThanTheBurst) {
  MessageLimiter limiter({1.0, 20}, true);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        if (limiter.try_take(7, kStart) == RetryAfter::zero()) ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), 20);
}

TEST(AddressKey, OneSubscriberIsOneKey) {
  EXPECT_EQ(address_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("2001:db8:1:2:3:4:5:6"), address_key("2001:db8:1:2::1"));
  EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
  EXPECT_EQ(address_key("unix"), "unix");
}

constexpr std::string_view kAccount = "ann@example.com";

TEST(LoginLimiter, A1_FiveFailuresAreFreeThenWaitsDouble) {
  LoginLimiter limiter(LoginLimits{.address_failures = 1'000});
  sio::TimePoint now = kStart;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(limiter.check(kAccount, "192.0.2.1", now), milliseconds(0)) << i;
    limiter.failed(kAccount, "192.0.2.1", now);
  }
  milliseconds due(1'000);
  for (int i = 0; i < 14; ++i) {
    EXPECT_EQ(limiter.check(kAccount, "198.51.100.9", now), due) << i;
    now += due;
    EXPECT_EQ(limiter.check(kAccount, "198.51.100.9", now), milliseconds(0)) << i;
    limiter.failed(kAccount, "192.0.2.1", now);
    due = std::min<milliseconds>(due * 2, minutes(15));
  }
  EXPECT_EQ(due, minutes(15));
}

TEST(LoginLimiter, A1_AnAddressHasThirtyFailuresInFifteenMinutes) {
  LoginLimiter limiter;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(limiter.check("x" + std::to_string(i), "192.0.2.1", kStart), milliseconds(0)) << i;
    limiter.failed("x" + std::to_string(i), "192.0.2.1", kStart);
  }
  EXPECT_EQ(limiter.check("another", "192.0.2.1", kStart), minutes(15));
  EXPECT_EQ(limiter.check("another", "192.0.2.2", kStart), milliseconds(0));
  EXPECT_EQ(limiter.check("another", "192.0.2.1", kStart + minutes(15)), milliseconds(0));
}

TEST(LoginLimiter, A1_NobodyCanLockAnAccountOutOfItsOwnAddress) {
  LoginLimiter limiter;
  limiter.succeeded(kAccount, "192.0.2.1", kStart);
  for (int i = 0; i < 20; ++i) limiter.failed(kAccount, "198.51.100.9", kStart);
  EXPECT_GT(limiter.check(kAccount, "198.51.100.9", kStart), milliseconds(0));
  EXPECT_EQ(limiter.check(kAccount, "192.0.2.1", kStart), milliseconds(0));
  const sio::TimePoint later = kStart + std::chrono::hours(30 * 24);
  limiter.failed(kAccount, "198.51.100.9", later - seconds(1));
  for (int i = 0; i < 20; ++i) limiter.failed(kAccount, "198.51.100.9", later - seconds(1));
  EXPECT_GT(limiter.check(kAccount, "192.0.2.1", later), milliseconds(0)) << "30 days are over";
}

TEST(LoginLimiter, AGoodLoginForgetsTheFailures) {
  LoginLimiter limiter;
  for (int i = 0; i < 8; ++i) limiter.failed(kAccount, "192.0.2.1", kStart);
  limiter.succeeded(kAccount, "192.0.2.5", kStart);
  EXPECT_EQ(limiter.check(kAccount, "192.0.2.1", kStart), milliseconds(0));
}

TEST(LoginLimiter, SwitchedOffItNeverWaits) {
  LoginLimiter limiter(LoginLimits{.enabled = false});
  for (int i = 0; i < 100; ++i) limiter.failed(kAccount, "192.0.2.1", kStart);
  EXPECT_EQ(limiter.check(kAccount, "192.0.2.1", kStart), milliseconds(0));
}

}  // namespace
}  // namespace parley::auth
