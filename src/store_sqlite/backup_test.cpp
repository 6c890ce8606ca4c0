#include "backup_fixture.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "file_lock.hpp"
#include "traced_child.hpp"

namespace parley::store {
namespace {

class BackupTest : public BackupFixture {};

TEST_F(BackupTest, F27_IsAWholeDatabaseMadeBesideTheServer) {
  open_with_people();
  send_some(3);
  const auto report = back_up({options_.file, dir_ / "copy.db", false});
  ASSERT_TRUE(report) << report.error().detail;
  send_some(2, "later");
  EXPECT_EQ(report->file, dir_ / "copy.db");
  EXPECT_EQ(report->schema_version, newest_schema_version());
  EXPECT_EQ(report->last_id, 3);
  EXPECT_EQ(report->bytes, std::filesystem::file_size(report->file));
  struct stat info{};
  ASSERT_EQ(stat(report->file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(sorted_names(),
            (std::vector<std::string>{"copy.db", "parley.db", "parley.db-shm", "parley.db-wal", "parley.db.lock"}))
      << "nothing else is left";
  EXPECT_EQ(bytes_of(report->file).substr(18, 2), "\1\1") << "it has no log, and says so";
  EXPECT_TRUE(check_database(report->file)->problems.empty());
  EXPECT_EQ(contents_of(report->file), (std::vector<std::string>{"m0", "m1", "m2"}));
  EXPECT_EQ(history(ann_, admin_).size(), 5U);
}

TEST_F(BackupTest, NeedsNoServer) {
  open_with_people();
  send_some(2);
  store_.reset();
  send_in_log(2, "in the log ");
  EXPECT_EQ(contents_of(backed_up()), (std::vector<std::string>{"m0", "m1", "in the log 0", "in the log 1"}));
  EXPECT_TRUE(std::filesystem::file_size(options_.file.string() + "-wal") > 0) << "nothing was checkpointed";
}

// What was told before the backup began is in it, and nothing without what came before it.
TEST_F(BackupTest, F27_MadeInABurstItIsAPrefixWithAllThatWasTold) {
  options_.checkpoint_pages = 40;
  options_.checkpoint_pages_busy = 80;
  open_with_people();
  std::atomic<bool> enough{false};
  std::thread burst([&] {
    for (int i = 0; !enough; ++i) {
      const std::string number = std::to_string(i);
      if (!store_->log().try_append({ann_, admin_, number, number, {}})) --i;
    }
  });
  for (int round = 0; round < 6; ++round) {
    recorder_->wait_for(static_cast<std::size_t>(round + 1) * 1'500);
    const std::size_t told = recorder_->all<service::Stored>().size();
    const auto report = back_up({options_.file, dir_ / "copy.db", true});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_GE(report->last_id, static_cast<std::int64_t>(told));
    const std::vector<std::string> contents = contents_of(report->file);
    EXPECT_EQ(static_cast<std::int64_t>(contents.size()), report->last_id);
    for (std::size_t i = 0; i < contents.size(); ++i) ASSERT_EQ(contents[i], std::to_string(i));
    std::filesystem::remove(dir_ / "copy.db-wal");
  }
  enough = true;
  burst.join();
}

TEST_F(BackupTest, OverwritesOnlyWhenTold) {
  open_with_people();
  send_some(1);
  write_file(dir_ / "copy.db", "somebody's");
  EXPECT_EQ(error_of_backup(dir_ / "copy.db"), OpenError::cannot_create);
  EXPECT_EQ(bytes_of(dir_ / "copy.db"), "somebody's");
  EXPECT_EQ(error_of_backup(dir_ / "copy.db", true), std::nullopt);
  EXPECT_EQ(number(dir_ / "copy.db", "SELECT count(*) FROM chat"), 1);
}

TEST_F(BackupTest, NeverTakesThePlaceOfADatabaseInUse) {
  open_with_people();
  send_some(1);
  std::filesystem::create_symlink(options_.file, dir_ / "link.db");
  std::filesystem::create_hard_link(options_.file, dir_ / "hard.db");
  write_file(dir_ / "other.db", "x");
  write_file(dir_ / "other.db-wal", "a log");
  std::filesystem::create_directory(dir_ / "directory");
  const auto before = sorted_names();
  for (const char* name : {"parley.db", "parley.db-wal", "parley.db-shm", "parley.db-journal", "parley.db.lock",
                           "link.db", "hard.db", "other.db", "directory", "nowhere/copy.db"}) {
    EXPECT_EQ(error_of_backup(dir_ / name, true), OpenError::cannot_create) << name;
  }
  EXPECT_EQ(error_of_backup("/dev/null", true), OpenError::cannot_create);
  EXPECT_EQ(sorted_names(), before);
  EXPECT_NE(sent_id(ann_, admin_), 0);
}

TEST_F(BackupTest, ThrowsAwayWhatAKilledOneLeftAndGuardsOneThatIsBeingMade) {
  open_with_people();
  send_some(1);
  write_file(dir_ / "copy.db.part", std::string(100'000, 'x'));
  EXPECT_EQ(number(backed_up(), "SELECT count(*) FROM chat"), 1);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db.part"));
  const auto other = FileLock::acquire(dir_ / "copy.db.part");
  EXPECT_EQ(error_of_backup(dir_ / "copy.db", true), OpenError::cannot_create);
}

TEST_F(BackupTest, OfADamagedDatabaseThereIsNone) {
  open_with_people();
  send_some(500, "some words that fill pages ");
  store_.reset();
  damage_page(options_.file, root_of(options_.file, "chat") + 3);
  EXPECT_EQ(error_of_backup(dir_ / "copy.db"), OpenError::damaged);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db.part"));
}

TEST_F(BackupTest, F9_OfANewerSchemaItIsRefused) {
  open_with_people();
  store_.reset();
  change(options_.file, "PRAGMA user_version = 999");
  EXPECT_EQ(error_of_backup(dir_ / "copy.db"), OpenError::schema_newer);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db"));
}

TEST_F(BackupTest, NothingIsNoDatabase) {
  EXPECT_EQ(error_of_backup(dir_ / "copy.db"), OpenError::not_a_database);
  EXPECT_EQ(sorted_names(), std::vector<std::string>{});
}

TEST_F(BackupTest, ThatDoesNotFitLeavesNothing) {
  open_with_people();
  send_some(500, "some words that fill pages ");
  const auto was = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{16 * 1024, limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto error = error_of_backup(dir_ / "copy.db");
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, was);
  EXPECT_EQ(error, OpenError::io);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "copy.db.part"));
}

TEST_F(BackupTest, F27_KilledAtAnyStepThereIsAWholeOneOrNone) {
  open_with_people();
  send_some(20);
  store_.reset();
  send_in_log(5, "in the log ");
  const std::string before = bytes_of(options_.file);
  bool killed = true;
  long made = 0;
  for (long k = 1; killed; ++k) {
    SCOPED_TRACE("killed before change " + std::to_string(k));
    std::filesystem::remove(dir_ / "copy.db");
    killed = run_and_kill_at(k, [&] { return back_up({options_.file, dir_ / "copy.db", false}) ? 0 : 1; }).killed;
    EXPECT_EQ(bytes_of(options_.file), before);
    if (!std::filesystem::exists(dir_ / "copy.db")) continue;
    ++made;
    EXPECT_TRUE(check_database(dir_ / "copy.db")->problems.empty());
    EXPECT_EQ(number(dir_ / "copy.db", "SELECT count(*) FROM chat"), 25);
  }
  EXPECT_GE(made, 1) << "the last one was not killed";
  EXPECT_EQ(contents_of(options_.file).size(), 25U);
}

}  // namespace
}  // namespace parley::store
