// The queue is bounded in time: while the writer does not come along, nobody is made to wait with the others.
#include "command_queue.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "job.hpp"
#include "moved_clock.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

using sio::Milliseconds;
using sio::test::StoppedClock;

struct Queue : testing::Test {
  bool push() {
    Command command{service::Draft{domain::UserId(1), domain::UserId(2), "x", {}, {}}};
    return queue.try_push(command);
  }
  std::vector<Command> take() {
    std::vector<Command> taken;
    EXPECT_TRUE(queue.take(taken));
    return taken;
  }

  CommandQueue queue{{.commands_max = 100, .bytes_max = 100, .age_max = Milliseconds(2'000)}};
  StoppedClock clock;
};

TEST_F(Queue, R7_RefusesAtOnceWhileTheOldestHasWaitedForTooLong) {
  ASSERT_TRUE(push());
  clock.advance(Milliseconds(2'000));
  EXPECT_EQ(queue.age(), Milliseconds(2'000));
  ASSERT_TRUE(push());
  clock.advance(Milliseconds(1));
  EXPECT_FALSE(push());
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.refused_for_age(), 1U);
}

// What the writer has taken is not stored yet.
TEST_F(Queue, R7_WhatIsBeingWorkedOnStillWaits) {
  ASSERT_TRUE(push());
  const auto taken = take();
  clock.advance(Milliseconds(2'001));
  EXPECT_FALSE(push());
  queue.release(taken.size(), taken.size());
  EXPECT_EQ(queue.age(), Milliseconds(0));
  EXPECT_TRUE(push());
}

// A writer that comes along is never too late, though something always waits.
TEST_F(Queue, R7_CountsFromTheOldestThatIsLeft) {
  std::size_t taken = 0;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(push()) << i;
    clock.advance(Milliseconds(900));
    if (i == 0) continue;
    if (taken == 0) taken = take().size();
    queue.release(1, 1);
    --taken;
    EXPECT_LE(queue.age(), Milliseconds(1'800));
  }
  EXPECT_EQ(queue.refused_for_age(), 0U);
}

// Nothing waits in an idle queue, however long it has been idle.
TEST_F(Queue, R7_IdleTimeIsNoAge) {
  for (int i = 0; i < 3; ++i) {
    clock.advance(Milliseconds(60'000));
    EXPECT_EQ(queue.age(), Milliseconds(0));
    ASSERT_TRUE(push());
    queue.release(take().size(), 1);
  }
}

// As the sender sees it: no outcome will come for what was refused, and all is well again once the writer is.
class StalledStore : public StoreTest {
 protected:
  StalledStore() { options_.queue_age_max = Milliseconds(2'000); }
};

TEST_F(StalledStore, R7_SendsAreRefusedAtOnceUntilTheWriterComesAlong) {
  open_with_people();
  recorder_->hold();
  append(ann_, admin_, "one");  // committed, but the writer is held while it tells
  {
    StoppedClock clock;
    append(ann_, admin_, "two");
    clock.advance(options_.queue_age_max + Milliseconds(51));
    EXPECT_FALSE(store_->log().try_append({ann_, admin_, "three", {}, {}}));
    EXPECT_FALSE(store_->log().try_mark_read({ann_, admin_, domain::MessageId(1), {}}));
    EXPECT_EQ(store_->stats().refused_for_age, 2U);
    EXPECT_GT(store_->stats().queue_age, options_.queue_age_max);
  }
  recorder_->let_go();
  settle();
  // The outcome is told a moment before the command is done with.
  while (!store_->log().try_append({ann_, admin_, "four", {}, {}})) std::this_thread::yield();
  ++expected_;
  settle();
  EXPECT_EQ(history(admin_, ann_).size(), 3U);
}

}  // namespace
}  // namespace parley::store
