#include "backup_fixture.hpp"

#include <sys/stat.h>

#include "restore.hpp"
#include "traced_child.hpp"

namespace parley::store {
namespace {

class RestoreTest : public BackupFixture {
 protected:
  // Whether who comes back with `after` is told to load anew.
  bool reset(std::int64_t after) {
    const auto page = store_->reader().catch_up(ann_, {.after = domain::MessageId(after), .reads_after = {}});
    EXPECT_TRUE(page);
    return page && page->reset;
  }
  std::vector<std::string> caught_up(std::int64_t after) {
    std::vector<std::string> contents;
    const auto page = store_->reader().catch_up(ann_, {.after = domain::MessageId(after), .reads_after = {}});
    EXPECT_TRUE(page && !page->more);
    for (const auto& message : page->messages) contents.push_back(message.content);
    return contents;
  }
  // Three messages in a backup, five in the database; closed.
  std::filesystem::path backup_and_more() {
    open_with_people();
    send_some(3);
    auto copy = backed_up();
    send_some(2, "lost");
    store_.reset();
    return copy;
  }
};

TEST_F(RestoreTest, PutsTheBackupInPlaceAndKeepsWhatWasThereWithItsLog) {
  open_with_people();
  send_some(3);
  const auto copy = backed_up();
  store_.reset();
  send_in_log(2, "in the log ");
  const auto report = restored(copy);
  EXPECT_EQ(report.file, options_.file);
  EXPECT_EQ(report.schema_version, newest_schema_version());
  EXPECT_EQ(report.last_id, 3);
  ASSERT_TRUE(report.kept);
  EXPECT_TRUE(report.kept->filename().native().starts_with("parley.db.before-restore-20")) << *report.kept;
  EXPECT_EQ(sorted_names(), (std::vector<std::string>{"copy.db", "parley.db", report.kept->filename(),
                                                      report.kept->filename().native() + "-wal", "parley.db.lock"}));
  struct stat info{};
  ASSERT_EQ(stat(options_.file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(contents_of(options_.file), (std::vector<std::string>{"m0", "m1", "m2"}));
  EXPECT_EQ(contents_of(*report.kept), (std::vector<std::string>{"m0", "m1", "m2", "in the log 0", "in the log 1"}));
}

TEST_F(RestoreTest, PutsADatabaseWhereThereIsNone) {
  const auto copy = backup_and_more();
  options_.file = dir_ / "another.db";
  EXPECT_FALSE(restored(copy).kept);
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
}

TEST_F(RestoreTest, IsUndoneByRestoringWhatWasKept) {
  const auto copy = backup_and_more();
  std::filesystem::remove(options_.file.string() + "-wal");
  send_in_log(1, "in the log ");
  const auto kept = restored(copy).kept;
  ASSERT_TRUE(kept);
  const auto undone = restored(*kept);
  EXPECT_EQ(contents_of(options_.file), (std::vector<std::string>{"m0", "m1", "m2", "lost0", "lost1", "in the log 0"}));
  ASSERT_TRUE(undone.kept);
  EXPECT_NE(*undone.kept, *kept);
}

// Guarantee 3: ids are never used twice, not after a restore either; commit numbers grow too.
TEST_F(RestoreTest, IdsGoOnAboveAllThatTheDatabaseBeforeCanHaveGiven) {
  const auto copy = backup_and_more();
  const auto first = restored(copy);
  open();
  const std::uint64_t commit = store_->commit_at_start();
  EXPECT_GT(commit, 1'000'000'000'000U);
  EXPECT_EQ(store_->newest_id_at_start().value, first.next_id - 1);
  const std::int64_t id = sent_id(ann_, admin_, "after it");
  EXPECT_EQ(id, first.next_id);
  EXPECT_GT(id, 1'000'000'000'000) << "the lost database may have given very many";
  EXPECT_GT(recorder_->batches().back()->commit, commit);
  store_.reset();
  // Again, from the same backup: now the replaced database is the one that knows most.
  const auto second = restored(copy);
  EXPECT_GT(second.next_id, id + 1'000'000'000'000 - 1);
  open();
  EXPECT_GT(store_->commit_at_start(), commit + 1);
  EXPECT_EQ(sent_id(ann_, admin_), second.next_id);
  EXPECT_LT(second.next_id, std::int64_t{1} << 53);
}

TEST_F(RestoreTest, IdsGoOnAboveADatabaseThatCannotBeRead) {
  const auto copy = backup_and_more();
  write_file(options_.file, "no database at all");
  const auto report = restored(copy);
  EXPECT_EQ(report.next_id, 1'000'000'000'004);
  ASSERT_TRUE(report.kept);
  EXPECT_EQ(bytes_of(*report.kept), "no database at all");
}

TEST_F(RestoreTest, ALogWhoseDatabaseIsGoneIsKept) {
  const auto copy = backup_and_more();
  std::filesystem::remove(options_.file);
  write_file(options_.file.string() + "-wal", "all that is left");
  const auto report = restored(copy);
  ASSERT_TRUE(report.kept);
  EXPECT_EQ(bytes_of(report.kept->string() + "-wal"), "all that is left");
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
}

TEST_F(RestoreTest, IdsThatComeToTheirEndAreRefused) {
  const auto copy = backup_and_more();
  change(copy, "UPDATE log_position SET last_message_id = 9007199254740000");
  EXPECT_EQ(error_of_restore(copy), OpenError::damaged);
  EXPECT_EQ(contents_of(options_.file).size(), 5U);
}

// Who holds messages that are gone must know, now and when new ones have come.
TEST_F(RestoreTest, F20_WhoKnowsIdsThatAreGoneIsToldToLoadAnew) {
  const auto copy = backup_and_more();
  const std::int64_t next = restored(copy).next_id;
  open();
  for (const bool new_ones : {false, true}) {
    SCOPED_TRACE(new_ones ? "after new messages" : "at once");
    if (new_ones) {
      EXPECT_EQ(sent_id(ann_, admin_, "new"), next);
    }
    EXPECT_FALSE(reset(0));
    EXPECT_FALSE(reset(2));
    EXPECT_FALSE(reset(3)) << "the newest in the backup";
    EXPECT_TRUE(reset(4)) << "was lost";
    EXPECT_TRUE(reset(5)) << "the newest before the restore";
    EXPECT_TRUE(reset(500)) << "of a database that nobody has any more";
    EXPECT_TRUE(reset(next - 2));
    EXPECT_FALSE(reset(next - 1)) << "what this database said its newest id was";
    EXPECT_EQ(reset(next), !new_ones);
    EXPECT_TRUE(reset(next + 1));
  }
  EXPECT_EQ(caught_up(2), (std::vector<std::string>{"m2", "new"}));
  EXPECT_EQ(caught_up(3), std::vector<std::string>{"new"});
  EXPECT_EQ(caught_up(next - 1), std::vector<std::string>{"new"});
  // The gap goes where the messages go.
  const auto later = backed_up("later.db");
  store_.reset();
  const std::int64_t second = restored(later).next_id;
  open();
  EXPECT_TRUE(reset(4));
  EXPECT_FALSE(reset(next));
  EXPECT_TRUE(reset(next + 1));
  EXPECT_FALSE(reset(second - 1));
  EXPECT_EQ(caught_up(2), (std::vector<std::string>{"m2", "new"}));
}

TEST_F(RestoreTest, F17_ARepeatOfWhatTheBackupHasIsADuplicateAndOfWhatItLacksIsStoredOnce) {
  open_with_people();
  const std::int64_t kept = sent_id(ann_, admin_, "kept", "c-1");
  const auto copy = backed_up();
  sent_id(ann_, admin_, "lost", "c-2");
  store_.reset();
  restored(copy);
  open();
  const auto first = send(ann_, admin_, "kept", "c-1");
  ASSERT_TRUE(std::holds_alternative<service::Duplicate>(first));
  EXPECT_EQ(std::get<service::Duplicate>(first).id.value, kept);
  const std::int64_t again = sent_id(ann_, admin_, "lost", "c-2");
  const auto second = send(ann_, admin_, "lost", "c-2");
  ASSERT_TRUE(std::holds_alternative<service::Duplicate>(second));
  EXPECT_EQ(std::get<service::Duplicate>(second).id.value, again);
}

TEST_F(RestoreTest, LoginsEndUnlessTheyAreToBeKept) {
  open_with_people();
  ASSERT_TRUE(store_->logins().begin({"login", ann_, "token", 0, 4'000'000'000'000'000, "hash of ann", {}}));
  const auto copy = backed_up();
  ASSERT_TRUE(store_->logins().end("login"));
  store_.reset();
  restored(copy);
  EXPECT_EQ(number(options_.file, "SELECT count(*) FROM login"), 0) << "it was ended: a thief may have had it";
  restored(copy, true);
  EXPECT_EQ(number(options_.file, "SELECT count(*) FROM login"), 1);
}

// A code that was used after the backup must not work a second time, whatever becomes of logins.
TEST_F(RestoreTest, CodesThatWorkOnceEnd) {
  open_with_people();
  ASSERT_TRUE(store_->codes().add_invite({{"a", "b"}, admin_, 0, 4'000'000'000'000'000}));
  ASSERT_TRUE(store_->codes().add_reset(ann_, {{"c", "d"}, admin_, 0, 4'000'000'000'000'000}));
  const auto copy = backed_up();
  store_.reset();
  for (const bool keep_logins : {false, true}) {
    restored(copy, keep_logins);
    EXPECT_EQ(number(options_.file, "SELECT count(*) FROM invite"), 0);
    EXPECT_EQ(number(options_.file, "SELECT count(*) FROM reset_code"), 0);
  }
}

TEST_F(RestoreTest, AnOlderSchemaIsMigratedAtTheNextStart) {
  const auto copy = backup_and_more();
  change(copy,
         "DROP TABLE invite; DROP TABLE reset_code; DROP TABLE last_seen; DROP TABLE id_gap; DROP TABLE login; DROP "
         "TABLE used_refresh_token; DROP INDEX "
         "user_by_email;"
         "DROP INDEX user_by_role; ALTER TABLE user DROP COLUMN disabled; PRAGMA user_version = 2");
  const auto report = restored(copy);
  EXPECT_EQ(report.schema_version, 2);
  EXPECT_EQ(number(options_.file, "PRAGMA user_version"), 2);
  open();
  EXPECT_TRUE(store_->backup());
  EXPECT_EQ(sent_id(ann_, admin_), report.next_id);
  EXPECT_TRUE(reset(4));
  EXPECT_EQ(history(ann_, admin_).size(), 4U);
}

TEST_F(RestoreTest, ADatabaseOfTheOriginalApplicationCanBeRestored) {
  const auto source = dir_ / "original.db";
  ASSERT_TRUE(create_file(source));
  change(source, migrations()[0].sql);
  change(source,
         "PRAGMA user_version = 0;"
         "INSERT INTO user (id, name, email, password, role) VALUES"
         " (1, 'A', 'a@example.org', 'x', 'admin'), (2, 'B', 'b@example.org', 'x', 'user');"
         "INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status) VALUES"
         " (7, 2, 1, 'one', '2024-11-27 12:00:00.123456', 0)");
  EXPECT_EQ(restored(source).schema_version, 1);
  ann_ = domain::UserId(2);
  admin_ = domain::UserId(1);
  open();
  EXPECT_EQ(caught_up(0), std::vector<std::string>{"one"});
  EXPECT_FALSE(reset(7));
  EXPECT_TRUE(reset(8));
  EXPECT_EQ(sent_id(ann_, admin_), 1'000'000'000'008);
}

TEST_F(RestoreTest, F7_IsRefusedWhileAServerRuns) {
  open_with_people();
  send_some(1);
  const auto copy = backed_up();
  EXPECT_EQ(error_of_restore(copy), OpenError::in_use);
  EXPECT_NE(sent_id(ann_, admin_), 0);
}

TEST_F(RestoreTest, WhatIsNoGoodBackupChangesNothing) {
  const auto copy = backup_and_more();
  write_file(dir_ / "letter", std::string(200, 'x'));
  write_file(dir_ / "empty", "");
  std::filesystem::copy_file(copy, dir_ / "newer.db");
  change(dir_ / "newer.db", "PRAGMA user_version = 999");
  ASSERT_TRUE(create_file(dir_ / "foreign.db"));
  change(dir_ / "foreign.db", "CREATE TABLE t (x)");
  std::filesystem::copy_file(copy, dir_ / "damaged.db");
  damage_page(dir_ / "damaged.db", root_of(copy, "chat_by_client_id"));
  std::filesystem::copy_file(copy, dir_ / "short.db");
  std::filesystem::resize_file(dir_ / "short.db", std::filesystem::file_size(copy) - 3 * 4096);
  std::filesystem::create_symlink(options_.file, dir_ / "link.db");
  const auto before = sorted_names();
  const std::string bytes = bytes_of(options_.file);
  EXPECT_EQ(error_of_restore(dir_ / "absent"), OpenError::not_a_database);
  EXPECT_EQ(error_of_restore(dir_ / "letter"), OpenError::not_a_database);
  EXPECT_EQ(error_of_restore(dir_ / "empty"), OpenError::not_a_database);
  EXPECT_EQ(error_of_restore(dir_ / "foreign.db"), OpenError::not_a_database);
  EXPECT_EQ(error_of_restore(dir_ / "newer.db"), OpenError::schema_newer);
  EXPECT_EQ(error_of_restore(dir_ / "damaged.db"), OpenError::damaged);
  EXPECT_EQ(error_of_restore(dir_ / "short.db"), OpenError::damaged);
  EXPECT_EQ(error_of_restore(dir_ / "link.db"), OpenError::cannot_create);
  EXPECT_EQ(error_of_restore(options_.file), OpenError::cannot_create);
  EXPECT_EQ(bytes_of(options_.file), bytes);
  EXPECT_EQ(sorted_names(), before);
}

TEST_F(RestoreTest, ReadsABackupWithoutATrace) {
  const auto copy = backup_and_more();
  const std::string before = bytes_of(copy);
  restored(copy);
  EXPECT_EQ(bytes_of(copy), before);
  EXPECT_FALSE(std::filesystem::exists(copy.string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(copy.string() + "-shm"));
}

TEST_F(RestoreTest, InterruptedItIsNamedByWhoLooksAndCompletedByWhoOpens) {
  const auto copy = backup_and_more();
  std::filesystem::rename(copy, dir_ / "parley.db.restoring-20261125T010203Z");
  EXPECT_EQ(check_database(options_.file).error().error, OpenError::unfinished);
  EXPECT_EQ(plan_migrations(options_.file).error().error, OpenError::unfinished);
  EXPECT_EQ(error_of_backup(dir_ / "other.db"), OpenError::unfinished);
  EXPECT_EQ(contents_of(options_.file).size(), 3U);
  EXPECT_EQ(contents_of(dir_ / "parley.db.before-restore-20261125T010203Z").size(), 5U);
  EXPECT_TRUE(check_database(options_.file));
}

// As F8, for a restore: whatever it is killed at, the next start finds the database as it was, or the backup.
TEST_F(RestoreTest, F27_KilledAtAnyStepTheDatabaseIsTheOldOneOrTheNewOne) {
  open_with_people();
  send_some(3);
  backed_up();
  store_.reset();
  send_in_log(2, "in the log ");
  const TempDir kept_states;
  const std::filesystem::path state = kept_states / "state";
  std::filesystem::create_directory(state);
  for (const std::string& name : dir_.names()) std::filesystem::copy_file(dir_ / name, state / name);

  long old_ones = 0;
  long new_ones = 0;
  bool killed = true;
  for (long k = 1; killed; ++k) {
    SCOPED_TRACE("killed before change " + std::to_string(k));
    const TempDir fresh;
    for (const auto& entry : std::filesystem::directory_iterator(state)) {
      std::filesystem::copy_file(entry.path(), fresh / entry.path().filename().native());
    }
    const auto file = fresh / "parley.db";
    killed = run_and_kill_at(k, [&] { return restore({file, fresh / "copy.db", false}) ? 0 : 1; }).killed;
    const std::size_t found = contents_of(file).size();
    EXPECT_TRUE(check_database(file)->problems.empty());
    if (found == 5) {
      ++old_ones;
      EXPECT_EQ(new_ones, 0) << "once decided it stays decided";
      EXPECT_TRUE(restore({file, fresh / "copy.db", false})) << "and the next one works";
    } else {
      ++new_ones;
      EXPECT_EQ(found, 3U);
      const auto names = fresh.names();
      const auto kept = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return name.starts_with("parley.db.before-restore-") && name.ends_with("Z");
      });
      ASSERT_NE(kept, names.end());
      EXPECT_EQ(contents_of(fresh / *kept).size(), 5U) << "nothing of what it replaced is lost";
    }
  }
  EXPECT_GT(old_ones, 20);
  EXPECT_GT(new_ones, 5);
}

}  // namespace
}  // namespace parley::store
