// F6: a database that is damaged is never begun anew, never written to, and read as far as it can be read.
#include <future>

#include "backup_fixture.hpp"
#include "fault_vfs.hpp"
#include "integrity_check.hpp"
#include "log_file.hpp"

namespace parley::store {
namespace {

using service::SendError;

class IntegrityTest : public BackupFixture {
 protected:
  void open_damaged_at(const std::string& name, std::int64_t further = 0) {
    open_with_people();
    for (int i = 0; i < 600; ++i) append(ann_, admin_, "some words that fill pages", "c" + std::to_string(i));
    settle();
    append(bob_, admin_, "bob's");
    settle();
    store_.reset();
    damage_page(options_.file, root_of(options_.file, name) + further);
    open();
    store_->set_on_damaged([this](const std::string& what) { damaged_.set_value(what); });
  }
  IntegrityResult look_through() {
    std::promise<IntegrityResult> told;
    store_->check_in_background([&told](const IntegrityResult& result) { told.set_value(result); });
    return told.get_future().get();
  }
  // What on_damaged() was told; empty if it is not called.
  std::string told_of_damage() {
    auto told = damaged_.get_future();
    return told.wait_for(std::chrono::seconds(30)) == std::future_status::ready ? told.get() : std::string();
  }
  std::promise<std::string> damaged_;
};

TEST_F(IntegrityTest, F6_ASoundDatabaseIsSaidToBeSound) {
  open_with_people();
  send_some(10);
  EXPECT_EQ(store_->stats().integrity, IntegrityState::unknown);
  EXPECT_EQ(look_through().state, IntegrityState::sound);
  EXPECT_EQ(store_->stats().integrity, IntegrityState::sound);
  EXPECT_NE(sent_id(ann_, admin_), 0);
}

TEST_F(IntegrityTest, F6_DamageThatIsFoundMakesItReadOnly) {
  open_damaged_at("chat_by_client_id");
  const std::string before = bytes_of(options_.file);
  const IntegrityResult result = look_through();
  EXPECT_EQ(result.state, IntegrityState::damaged);
  EXPECT_NE(result.detail, "");
  EXPECT_EQ(told_of_damage(), result.detail) << "told before the result was";
  EXPECT_TRUE(store_->stats().read_only);
  EXPECT_FALSE(store_->log().try_append({bob_, admin_, "x", {}, {}}));
  EXPECT_FALSE(store_->log().try_mark_read({admin_, bob_, domain::MessageId(601), {}}));
  EXPECT_EQ(store_->directory().add({"n", "n@example.org", "h", domain::Role::user, false}).error(),
            service::AccountError::storage_unavailable);
  EXPECT_EQ(history(bob_, admin_).size(), 1U) << "reads go on";
  store_->stop();
  EXPECT_EQ(failure_, "") << "the process does not end";
  EXPECT_FALSE(store_->stats().failed);
  EXPECT_EQ(bytes_of(options_.file), before) << "not one byte was written to it";
}

TEST_F(IntegrityTest, F6_WhatWaitsWhenDamageIsFoundIsRefusedAndNotWritten) {
  open_damaged_at("chat_by_client_id");
  recorder_->hold();
  append(bob_, admin_, "written before");
  recorder_->wait_for(1);
  append(bob_, admin_, "waits", {}, {.shard = 1, .socket = 2, .ack_id = 3});  // and does not meet the damage
  append_mark(admin_, bob_, 601);
  auto account = std::async(std::launch::async, [this] {
    return store_->directory().add({"n", "n@example.org", "h", domain::Role::user, false});
  });
  while (store_->stats().queued < 4) std::this_thread::yield();
  const std::string log = bytes_of(options_.file.string() + "-wal");
  look_through();
  recorder_->let_go();
  settle();
  const auto refused = recorder_->all<service::SendRefused>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].error, SendError::storage_unavailable);
  EXPECT_EQ(refused[0].origin.socket, 2U);
  EXPECT_EQ(recorder_->all<service::MarkRefused>().size(), 1U);
  EXPECT_EQ(recorder_->all<service::Stored>().size(), 1U);
  EXPECT_EQ(account.get().error(), service::AccountError::storage_unavailable);
  store_->stop();
  EXPECT_EQ(bytes_of(options_.file.string() + "-wal"), log);
}

// A restart would find the same: so it is not ended, as after a failed synchronisation.
TEST_F(IntegrityTest, F6_DamageThatTheWriterMeetsMakesItReadOnlyToo) {
  open_damaged_at("chat_by_client_id");
  EXPECT_EQ(error_of(send(bob_, admin_, "meets it", "b-1")), SendError::storage_unavailable);
  EXPECT_NE(told_of_damage(), "");
  EXPECT_FALSE(store_->log().try_append({bob_, admin_, "x", {}, {}}));
  EXPECT_EQ(history(bob_, admin_).size(), 1U);
  store_->stop();
  EXPECT_EQ(failure_, "");
}

// Reading one state keeps the log from being taken back: a log that grows too long goes first.
TEST_F(IntegrityTest, TheCheckIsGivenUpWhenTheLogHasBecomeTooLong) {
  open_with_people();
  send_some(3'000, "some words that fill pages ");
  IntegrityCheck check(options_.file, nullptr);
  std::promise<IntegrityResult> told;
  check.give_up();
  check.start([&](const IntegrityResult& result) { told.set_value(result); });
  check.give_up();
  EXPECT_EQ(told.get_future().get().state, IntegrityState::given_up) << "once it has begun";
}

TEST_F(IntegrityTest, AStopEndsTheCheckAndNothingIsTold) {
  open_with_people();
  send_some(3'000, "some words that fill pages ");
  std::atomic<bool> told{false};
  store_->check_in_background([&](const IntegrityResult&) { told = true; });
  store_->stop();
  const bool sound = store_->stats().integrity == IntegrityState::sound;  // it may have been quicker
  EXPECT_TRUE(sound || !told);
  EXPECT_NE(store_->stats().integrity, IntegrityState::checking);
  EXPECT_FALSE(store_->stats().read_only);
}

// A signal may come while the server starts.
TEST_F(IntegrityTest, AfterAStopNothingBegins) {
  open_with_people();
  std::atomic<bool> told{false};
  {
    IntegrityCheck check(options_.file, nullptr);
    check.stop();
    check.start([&](const IntegrityResult&) { told = true; });
    EXPECT_EQ(check.state(), IntegrityState::unknown);
  }
  EXPECT_FALSE(told);
}

TEST_F(IntegrityTest, ADatabaseThatCannotBeReadIsNotCalledDamaged) {
  register_fault_vfs();
  open_with_people();
  send_some(10);
  IntegrityCheck check(options_.file, kFaultVfs);
  fault_plan.arm(FaultCall::open, 1, SQLITE_CANTOPEN);
  std::promise<IntegrityResult> told;
  check.start([&](const IntegrityResult& result) { told.set_value(result); });
  EXPECT_EQ(told.get_future().get().state, IntegrityState::given_up);
  fault_plan.disarm();
}

TEST_F(IntegrityTest, F6_ALogWithADamagedHeadIsNotTakenForAnEmptyOne) {
  open_with_people();
  store_.reset();
  send_in_log(3, "in the log ");
  const std::filesystem::path log = options_.file.string() + "-wal";
  const std::string good = bytes_of(log);
  ASSERT_GT(good.size(), kLogHeadBytes);
  std::array<unsigned char, kLogHeadBytes> head{};
  for (std::size_t bit = 0; bit < kLogHeadBytes * 8; ++bit) {
    std::copy_n(good.begin(), kLogHeadBytes, head.begin());
    EXPECT_TRUE(is_good_log_head(head));
    head[bit / 8] = static_cast<unsigned char>(head[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(is_good_log_head(head)) << bit;
  }
  EXPECT_FALSE(is_good_log_head({}));

  std::string bad = good;
  bad[20] = static_cast<char>(bad[20] ^ 1);
  write_file(log, bad);
  const std::string database = bytes_of(options_.file);
  const auto opened = SqliteStore::open(options_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().error, OpenError::damaged);
  EXPECT_EQ(check_database(options_.file).error().error, OpenError::damaged);
  EXPECT_EQ(error_of_backup(dir_ / "copy.db"), OpenError::damaged);
  EXPECT_EQ(bytes_of(log), bad);
  EXPECT_EQ(bytes_of(options_.file), database);
  write_file(log, good);
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
}

// A power cut may do that to a head that is being written anew: then nothing is lost, and nobody is to be bothered.
TEST_F(IntegrityTest, F6_ALogWhoseHeadWasCutIsOfNoUseIfTheDatabaseHasAllOfIt) {
  open_with_people();
  store_.reset();
  send_in_log(3, "in the log ");
  const std::filesystem::path log = options_.file.string() + "-wal";
  std::string old = bytes_of(log);
  EXPECT_EQ(contents_of(options_.file).size(), 3U) << "and at its end the log is in the database";
  EXPECT_EQ(std::filesystem::file_size(log), 0U);
  for (const std::size_t damaged : {std::size_t{1}, std::size_t{20}, kLogHeadBytes}) {
    for (std::size_t i = 0; i < damaged; ++i) old[i] = static_cast<char>(old[i] ^ '\x5A');
    write_file(log, old);
    EXPECT_EQ(look_at_log(options_.file, log), LogState::usable);
  }
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
  write_file(log, old.substr(0, kLogHeadBytes));
  EXPECT_EQ(look_at_log(options_.file, log), LogState::usable) << "a head alone";
  write_file(log, std::string(100'000, 'x'));
  EXPECT_EQ(look_at_log(options_.file, log), LogState::damaged) << "who knows what it was";
}

TEST_F(IntegrityTest, F6_ALogWhoseFirstPageIsDamagedIsNotTakenForAnEmptyOne) {
  open_with_people();
  store_.reset();
  send_in_log(3, "in the log ");
  const std::filesystem::path log = options_.file.string() + "-wal";
  std::string bad = bytes_of(log);
  ASSERT_GT(bad.size(), 4U * 4'096);
  std::fill_n(bad.begin(), 4'096, '\x5A');
  write_file(log, bad);
  EXPECT_EQ(look_at_log(options_.file, log), LogState::damaged);
}

// Two cuts, the second one in the head of the next log: frames of a transaction that was never told would stand behind
// it.
TEST_F(IntegrityTest, F2_AStartLeavesNothingInTheLog) {
  open_with_people();
  store_.reset();
  send_in_log(3, "in the log ");
  const std::filesystem::path log = options_.file.string() + "-wal";
  ASSERT_GT(std::filesystem::file_size(log), kLogHeadBytes);
  open();
  EXPECT_EQ(std::filesystem::file_size(log), 0U);
  store_.reset();
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
}

TEST_F(IntegrityTest, CheckNamesALogThatHasLostItsPosition) {
  open_with_people();
  store_.reset();
  EXPECT_TRUE(check_database(options_.file)->problems.empty());
  change(options_.file, "DELETE FROM log_position");
  EXPECT_EQ(check_database(options_.file)->problems.size(), 1U);
}

}  // namespace
}  // namespace parley::store
