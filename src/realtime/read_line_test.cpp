#include "read_line.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace parley::realtime {
namespace {

// A pool of one thread that is held up, so that what is submitted waits.
class ReadLineTest : public testing::Test {
 protected:
  static constexpr std::size_t kQueueMax = 4;

  void hold() {
    std::promise<void> begun;
    ASSERT_TRUE(pool_->try_submit([&begun, go = go_.get_future().share()] {
      begun.set_value();
      go.wait();
    }));
    begun.get_future().wait();
    held_ = true;
  }
  void let_go_and_finish() {
    if (std::exchange(held_, false)) go_.set_value();
    pool_->stop();
  }
  // Also of a test that has failed before it let go.
  void TearDown() override { let_go_and_finish(); }
  bool submit(int number) {
    return line_.submit([this, number] {
      const std::lock_guard lock(mutex_);
      ran_.push_back(number);
    });
  }

  std::promise<void> go_;
  bool held_ = false;
  std::optional<sio::rt::BlockingPool> pool_{std::in_place, "reads", 1U, kQueueMax};
  ReadLine line_{*pool_, 2};
  std::mutex mutex_;
  std::vector<int> ran_;
};

// 10,000 clients come back at once; the pool's queue is for some hundred.
TEST_F(ReadLineTest, F23_ThousandsStandInLineWhereThePoolHasRoomForFour) {
  hold();
  std::vector<int> all;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(submit(i));
    all.push_back(i);
  }
  EXPECT_LE(pool_->queued(), 2U) << "and the rest of the pool is left to others";
  let_go_and_finish();
  EXPECT_EQ(ran_, all);
}

TEST_F(ReadLineTest, ARefusedReadIsNotTaken) {
  hold();
  for (std::size_t i = 0; i < kQueueMax; ++i) ASSERT_TRUE(pool_->try_submit([] {}));
  EXPECT_FALSE(submit(1)) << "the pool is full of other things, and nobody would ever look at the line";
  let_go_and_finish();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(ReadLineTest, ALineThatWasEmptyIsWorkedOnAgain) {
  for (int round = 0; round < 100; ++round) {
    std::promise<void> done;
    ASSERT_TRUE(line_.submit([&done] { done.set_value(); }));
    done.get_future().wait();
  }
  pool_->stop();
}

}  // namespace
}  // namespace parley::realtime
