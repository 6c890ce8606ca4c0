#include "typing_gate.hpp"

#include <gtest/gtest.h>

namespace parley::realtime {
namespace {

using namespace std::chrono_literals;

constexpr domain::UserId kAnn(1);
constexpr domain::UserId kBob(2);
constexpr domain::UserId kCid(3);

TEST(TypingGate, TheFirstSignalGoesOnAtOnceForEachPair) {
  TypingGate gate;
  const sio::TimePoint now{1h};
  EXPECT_TRUE(gate.admit({kAnn, kBob, true}, now));
  EXPECT_TRUE(gate.admit({kAnn, kCid, true}, now));
  EXPECT_TRUE(gate.admit({kBob, kAnn, true}, now));
  EXPECT_FALSE(gate.admit({kAnn, kBob, false}, now));
}

TEST(TypingGate, ThenTheLatestASecondLater) {
  TypingGate gate;
  sio::TimePoint now{1h};
  EXPECT_TRUE(gate.admit({kAnn, kBob, true}, now));
  EXPECT_FALSE(gate.admit({kAnn, kBob, false}, now + 100ms));
  EXPECT_FALSE(gate.admit({kAnn, kBob, true}, now + 200ms));
  EXPECT_FALSE(gate.admit({kAnn, kBob, false}, now + 300ms));
  EXPECT_EQ(gate.next_due(), now + 1s);
  EXPECT_TRUE(gate.take_due(now + 999ms).empty());
  now += 1s;
  const auto due = gate.take_due(now);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].sender, kAnn);
  EXPECT_EQ(due[0].receiver, kBob);
  EXPECT_FALSE(due[0].typing);
  EXPECT_FALSE(gate.admit({kAnn, kBob, true}, now + 999ms)) << "a second counts from what was passed on";
}

// A signal may come right when the second is over, before anybody asked what is due.
TEST(TypingGate, WhatIsPassedOnInTimeLeavesNoSignalBehind) {
  TypingGate gate;
  const sio::TimePoint now{1h};
  EXPECT_TRUE(gate.admit({kAnn, kBob, true}, now));
  EXPECT_TRUE(gate.admit({kAnn, kBob, false}, now + 1s));
  EXPECT_FALSE(gate.admit({kAnn, kBob, true}, now + 1'500ms));
  EXPECT_TRUE(gate.take_due(now + 1'500ms).empty());
  EXPECT_EQ(gate.next_due(), now + 2s);
  ASSERT_EQ(gate.take_due(now + 2s).size(), 1U);
  EXPECT_TRUE(gate.take_due(now + 3s).empty());
  EXPECT_EQ(gate.size(), 0U);
  EXPECT_EQ(gate.next_due(), sio::kNever);
}

TEST(TypingGate, AFloodIsOneSignalASecond) {
  TypingGate gate;
  int passed = 0;
  sio::TimePoint now{1h};
  for (int i = 0; i < 1'000; ++i, now += 10ms) {
    passed += gate.admit({kAnn, kBob, i % 2 == 0}, now) ? 1 : 0;
    passed += static_cast<int>(gate.take_due(now).size());
  }
  EXPECT_EQ(passed, 10);
}

TEST(TypingGate, QuietPairsAreForgotten) {
  TypingGate gate;
  const sio::TimePoint now{1h};
  EXPECT_TRUE(gate.admit({kAnn, kBob, true}, now));
  EXPECT_EQ(gate.size(), 1U);
  EXPECT_TRUE(gate.take_due(now + 1s).empty());
  EXPECT_EQ(gate.size(), 0U);
  EXPECT_EQ(gate.next_due(), sio::kNever);
}

}  // namespace
}  // namespace parley::realtime
