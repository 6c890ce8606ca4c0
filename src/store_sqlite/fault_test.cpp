
#include "fault_vfs.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

using service::SendError;
using service::Stored;

class FaultTest : public StoreTest {
 protected:
  void SetUp() override {
    register_fault_vfs();
    options_.vfs = kFaultVfs;
    options_.checkpoint_pages = 8;  // so that checkpoints happen among the faults
    open_with_people();
  }
  void TearDown() override {
    fault_plan.disarm();
    store_.reset();
  }

  // Sends until the queue is closed or all are out; waits for what was taken.
  void send_many(int count) {
    for (int i = 0; i < count; ++i) {
      if (!store_->log().try_append({ann_, admin_, "m" + std::to_string(i), "c" + std::to_string(i), {}})) break;
      ++expected_;
      settle();
    }
  }
  // What a fresh start finds, by content.
  std::vector<std::string> contents_after_restart() {
    fault_plan.disarm();
    store_.reset();
    options_.vfs = nullptr;
    const auto report = check_database(options_.file);
    EXPECT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report && report->problems.empty());
    auto reopened = SqliteStore::open(options_);
    EXPECT_TRUE(reopened) << reopened.error().detail;
    std::vector<std::string> contents;
    if (!reopened) return contents;
    const auto page = (*reopened)->reader().conversation(ann_, admin_, {});
    for (const auto& message : page->items) contents.push_back(message.content);
    return contents;
  }
  std::vector<std::string> acknowledged() const {
    std::vector<std::string> contents;
    for (const Stored& stored : recorder_->all<Stored>()) contents.push_back(stored.message.content);
    return contents;
  }
};

// Retrying after a failed fsync would acknowledge what the kernel has thrown away.
TEST_F(FaultTest, F4_AFailedSyncIsFinal) {
  reopen();  // with an empty log: no checkpoint is due when the fault is armed
  sent_id(ann_, admin_, "before");
  fault_plan.arm(FaultCall::sync, 1, SQLITE_IOERR_FSYNC);
  EXPECT_EQ(error_of(send(ann_, admin_, "during")), SendError::storage_unavailable);
  EXPECT_EQ(fault_plan.failed, 1);
  EXPECT_FALSE(store_->log().try_append({ann_, admin_, "after", {}, {}}));
  store_->stop();
  EXPECT_TRUE(store_->stats().failed);
  EXPECT_NE(failure_, "");
  EXPECT_EQ(fault_plan.seen, 1) << "nothing was synchronised again";
  EXPECT_EQ(acknowledged(), std::vector<std::string>{"before"});
  // Whether the refused one is there is up to the kernel: it was written, and may have reached the disk.
  EXPECT_EQ(contents_after_restart().front(), "before");
}

TEST_F(FaultTest, F4_EverybodyWhoWaitsIsRefused) {
  recorder_->hold();
  append(ann_, admin_, "first");
  recorder_->wait_for(1);
  for (int i = 0; i < 20; ++i) append(i % 2 == 0 ? ann_ : bob_, admin_, std::to_string(i));
  append_mark(admin_, ann_, 1);
  fault_plan.arm(FaultCall::sync, 1, SQLITE_IOERR_FSYNC);
  recorder_->let_go();
  settle();
  EXPECT_EQ(recorder_->all<Stored>().size(), 1U);
  EXPECT_EQ(recorder_->all<service::SendRefused>().size(), 20U);
  for (const auto& refused : recorder_->all<service::SendRefused>()) {
    EXPECT_EQ(refused.error, SendError::storage_unavailable);
  }
  EXPECT_EQ(recorder_->all<service::MarkRefused>().size(), 1U);
}

TEST_F(FaultTest, F4_WhoWaitsForAnAccountIsRefusedToo) {
  fault_plan.arm(FaultCall::sync, 1, SQLITE_IOERR_FSYNC);
  const auto added = store_->directory().add({"n", "n@example.org", "h", domain::Role::user, false});
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error(), service::AccountError::storage_unavailable);
  EXPECT_FALSE(*store_->directory().find_account("n@example.org"));
}

TEST_F(FaultTest, F3_AFullDiskIsRefusedAndPasses) {
  sent_id(ann_, admin_, "before");
  fault_plan.arm(FaultCall::write, 1, SQLITE_FULL, true);
  EXPECT_EQ(error_of(send(ann_, admin_, "during", "c-1")), SendError::storage_unavailable);
  EXPECT_EQ(error_of(send(ann_, admin_, "during", "c-1")), SendError::storage_unavailable);
  EXPECT_GE(fault_plan.failed, 2);
  EXPECT_EQ(history(ann_, admin_).size(), 1U) << "reads live";
  EXPECT_FALSE(store_->stats().failed);
  fault_plan.disarm();
  EXPECT_FALSE(error_of(send(ann_, admin_, "after")));
  EXPECT_FALSE(error_of(send(ann_, admin_, "during", "c-1"))) << "stored now, no repeat of anything";
  EXPECT_EQ(acknowledged(), (std::vector<std::string>{"before", "after", "during"}));
  const auto stored = recorder_->all<Stored>();
  EXPECT_EQ(stored.back().message.id.value, 3) << "ids that nobody got are given again";
  EXPECT_EQ(contents_after_restart(), acknowledged());
}

// Only here does a full disk hit what has been written half: the commit's second page.
TEST_F(FaultTest, F3_ADiskThatFillsUpInTheMiddleOfACommitLosesAndDoublesNothing) {
  for (long k = 1; k < 200; ++k) {
    SCOPED_TRACE(k);
    const std::string content = "m" + std::to_string(k);
    fault_plan.arm(FaultCall::write, k, SQLITE_FULL, true);
    const bool refused = error_of(send(ann_, admin_, content, content)).has_value();
    const bool struck = fault_plan.failed > 0;
    EXPECT_TRUE(struck || !refused);
    fault_plan.disarm();
    EXPECT_FALSE(error_of(send(ann_, admin_, content, content)));
    if (!struck) break;
  }
  EXPECT_EQ(contents_after_restart(), acknowledged());
}

// F5: whichever call fails, what was acknowledged is there, once, in order, and nothing that was refused.
class FaultSweep : public FaultTest, public ::testing::WithParamInterface<FaultCall> {};

TEST_P(FaultSweep, F5_TheKthFailingCallCostsNoAcknowledgedMessage) {
  const FaultCall call = GetParam();
  int clean = 0;
  for (long k = 1; k < 2'000 && clean < 1; k = k < 30 ? k + 1 : k + k / 6) {
    SCOPED_TRACE("k = " + std::to_string(k));
    TempDir fresh;
    options_.file = fresh / "sweep.db";
    options_.vfs = kFaultVfs;
    fault_plan.disarm();
    store_.reset();
    open_with_people();
    fault_plan.arm(call, k, call == FaultCall::sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE);
    send_many(25);
    store_->stop();
    clean += fault_plan.failed == 0 ? 1 : 0;
    EXPECT_EQ(recorder_->outcomes().size(), expected_);
    const auto told = acknowledged();
    auto found = contents_after_restart();
    // Sent one by one: at most the last one was written and could not be synchronised.
    if (call == FaultCall::sync && found.size() == told.size() + 1) found.pop_back();
    EXPECT_EQ(found, told);
  }
  EXPECT_EQ(clean, 1) << "the sweep ends where nothing fails any more";
}

INSTANTIATE_TEST_SUITE_P(Calls, FaultSweep, ::testing::Values(FaultCall::write, FaultCall::sync, FaultCall::read),
                         [](const auto& tested) {
                           return tested.param == FaultCall::write  ? "Write"
                                  : tested.param == FaultCall::sync ? "Sync"
                                                                    : "Read";
                         });

// The start as well: every read, write, sync and open that fails is an error, never a database that is half made.
TEST_F(FaultTest, F5_AStartInWhichSomethingFailsIsAnErrorAndTheNextOneWorks) {
  store_.reset();
  bool clean = false;
  for (long k = 1; k < 3'000 && !clean; k = k < 60 ? k + 1 : k + k / 5) {
    SCOPED_TRACE(k);
    TempDir fresh;
    options_.file = fresh / "start.db";
    options_.vfs = kFaultVfs;
    fault_plan.arm(FaultCall::read | FaultCall::write | FaultCall::sync | FaultCall::open, k, SQLITE_IOERR);
    const auto opened = SqliteStore::open(options_);
    clean = fault_plan.failed == 0;
    EXPECT_TRUE(opened || !clean);
    fault_plan.disarm();
    if (opened) continue;
    options_.vfs = nullptr;
    const auto again = SqliteStore::open(options_);
    EXPECT_TRUE(again) << again.error().detail;
  }
  EXPECT_TRUE(clean);
}

}  // namespace
}  // namespace parley::store
