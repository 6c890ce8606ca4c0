#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "database_file.hpp"
#include "fault_vfs.hpp"
#include "open_database.hpp"
#include "schema.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

class MigrationTest : public StoreTest {
 protected:
  // As SQLAlchemy leaves it: no version, addresses that differ in case, rows of people who are gone, NULLs.
  void make_original() {
    ASSERT_TRUE(create_file(options_.file));
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute(migrations()[0].sql)) << connection.error_text();
    ASSERT_TRUE(connection.execute(
        "PRAGMA user_version = 0;"
        "INSERT INTO user (id, name, email, password, role) VALUES"
        " (1, 'A', 'a@example.org', 'scrypt:32768:8:1$s$00', 'admin'), (2, 'B', 'b@example.org', 'x', 'user');"
        "INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status) VALUES"
        " (1, 2, 1, 'one', '2024-11-27 12:00:00.123456', 1), (2, 2, 1, 'two', NULL, NULL),"
        " (3, 1, 2, 'three', '2024-11-27 12:00:00', 0), (4, 9, 1, 'of one who is gone', NULL, 0),"
        " (7, 1, 1, 'to oneself', NULL, 0)"));
  }
  static std::int64_t number(const std::filesystem::path& file, std::string_view sql) {
    Connection connection = open_to_look(file);
    Statement statement(connection, sql);
    return statement.step() ? statement.integer(0) : -1;
  }
  std::optional<OpenError> open_error() {
    const auto opened = SqliteStore::open(options_);
    return opened ? std::nullopt : std::optional(opened.error().error);
  }
  void write_file(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(MigrationTest, StepsAreNumberedAndSetTheirNumber) {
  int version = 0;
  for (const Migration& migration : migrations()) {
    EXPECT_EQ(migration.version, ++version);
    const std::string sql(migration.sql);
    EXPECT_NE(sql.find(" user_version = " + std::to_string(version) + ";"), std::string::npos);
    EXPECT_NE(migration.name, "");
  }
  EXPECT_EQ(newest_schema_version(), version);
}

TEST_F(MigrationTest, ANewDatabaseIsOursAloneAndEmpty) {
  open();
  EXPECT_FALSE(store_->backup());
  EXPECT_EQ(store_->newest_id_at_start().value, 0);
  for (const char* suffix : {"", "-wal", ".lock"}) {
    struct stat info{};
    ASSERT_EQ(stat((options_.file.string() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << suffix;
  }
  EXPECT_EQ(number(options_.file, "PRAGMA user_version"), newest_schema_version());
  EXPECT_EQ(number(options_.file, "PRAGMA application_id"), kApplicationId);
  Connection connection(options_.file, OpenMode::read_only);
  Statement mode(connection, "PRAGMA journal_mode");
  ASSERT_TRUE(mode.step());
  EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(MigrationTest, TheOriginalColumnsComeFirstWithTheirTypes) {
  open();
  Connection connection(options_.file, OpenMode::read_only);
  std::vector<std::string> columns;
  Statement info(connection, "SELECT name || ' ' || type FROM pragma_table_info('chat')");
  while (info.step()) columns.emplace_back(info.text(0));
  columns.resize(6);
  EXPECT_EQ(columns, (std::vector<std::string>{"id INTEGER", "sender_id INTEGER", "receiver_id INTEGER", "content TEXT",
                                               "timestamp DATETIME", "read_status BOOLEAN"}));
}

TEST_F(MigrationTest, ADatabaseOfTheOriginalApplicationIsTakenOverWithABackup) {
  make_original();
  open();
  ASSERT_TRUE(store_->backup());
  EXPECT_EQ(number(*store_->backup(), "PRAGMA user_version"), 0);
  EXPECT_EQ(number(*store_->backup(), "SELECT count(*) FROM chat"), 5);
  const std::string name = store_->backup()->filename();
  EXPECT_TRUE(name.starts_with("parley.db.before-" + std::to_string(newest_schema_version()) + "-20")) << name;
  EXPECT_TRUE(name.ends_with("Z")) << name;
  struct stat info{};
  ASSERT_EQ(stat(store_->backup()->c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);

  const domain::UserId a(1);
  const domain::UserId b(2);
  const auto with_b = history(a, b);
  ASSERT_EQ(with_b.size(), 3U);
  EXPECT_TRUE(with_b[0].read);
  EXPECT_FALSE(with_b[1].read) << "NULL is unread";
  EXPECT_FALSE(with_b[1].timestamp_unix_us);
  EXPECT_TRUE(with_b[2].timestamp_unix_us);
  EXPECT_EQ(history(a, domain::UserId(9)).size(), 1U);
  EXPECT_EQ(history(a, a).size(), 1U);
  EXPECT_EQ(store_->reader().all_of(a, {})->items.size(), 5U);
  EXPECT_EQ(sent_id(b, a), 8);
  EXPECT_TRUE(mark(a, b, 2).changed) << "the second was unread";
  EXPECT_FALSE(mark(a, b, 2).changed);
  EXPECT_TRUE(mark(b, a, 3).changed);
}

TEST_F(MigrationTest, F8_WhatAKilledMigrationLeftOfItsBackupIsThrownAway) {
  make_original();
  for (const char* suffix : {"", "-journal"}) {
    write_file(options_.file.string() + ".before-migration.part" + suffix, std::string(100'000, 'x'));
  }
  open();
  ASSERT_TRUE(store_->backup());
  EXPECT_EQ(number(*store_->backup(), "SELECT count(*) FROM chat"), 5);
  for (const std::string& name : dir_.names()) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
}

TEST_F(MigrationTest, NothingIsBackedUpWhenNothingIsDue) {
  open();
  store_.reset();
  open();
  EXPECT_FALSE(store_->backup());
  for (const std::string& name : dir_.names()) EXPECT_EQ(name.find("before"), std::string::npos) << name;
}

TEST_F(MigrationTest, APlanOnlyLooks) {
  auto plan = plan_migrations(options_.file);
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->exists);
  EXPECT_EQ(plan->due.size(), migrations().size());
  EXPECT_TRUE(dir_.names().empty());
  make_original();
  plan = plan_migrations(options_.file);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->exists);
  EXPECT_EQ(plan->current, 1);
  EXPECT_EQ(plan->due.size(), migrations().size() - 1);
  EXPECT_EQ(number(options_.file, "PRAGMA user_version"), 0);
  ASSERT_TRUE(migrate(options_.file));
  plan = plan_migrations(options_.file);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->due.empty());
}

TEST_F(MigrationTest, WithoutAutoMigrateAnOldDatabaseIsRefusedUntouched) {
  make_original();
  const std::string before = bytes_of(options_.file);
  options_.auto_migrate = false;
  EXPECT_EQ(open_error(), OpenError::schema_older);
  EXPECT_EQ(bytes_of(options_.file), before);
  ASSERT_TRUE(migrate(options_.file));
  EXPECT_EQ(open_error(), std::nullopt);
}

TEST_F(MigrationTest, F9_ANewerSchemaIsRefusedUntouched) {
  open();
  store_.reset();
  {
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute("PRAGMA user_version = 9999"));
  }
  EXPECT_EQ(open_error(), OpenError::schema_newer);
  EXPECT_EQ(plan_migrations(options_.file).error().error, OpenError::schema_newer);
  EXPECT_EQ(migrate(options_.file).error().error, OpenError::schema_newer);
  EXPECT_EQ(check_database(options_.file).error().error, OpenError::schema_newer);
  EXPECT_EQ(number(options_.file, "PRAGMA user_version"), 9999);
}

TEST_F(MigrationTest, F6_SomebodyElsesFileIsRefusedUntouched) {
  const std::string text(5'000, 'x');
  write_file(options_.file, text);
  EXPECT_EQ(open_error(), OpenError::not_a_database);
  EXPECT_EQ(bytes_of(options_.file), text);
  write_file(options_.file, "SQLite format 3");
  EXPECT_EQ(open_error(), OpenError::not_a_database);
  std::filesystem::remove(options_.file);
  ASSERT_TRUE(create_file(options_.file));
  {
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute("CREATE TABLE recipes (id INTEGER)"));
  }
  const std::string before = bytes_of(options_.file);
  EXPECT_EQ(open_error(), OpenError::not_a_database);
  EXPECT_EQ(bytes_of(options_.file), before);
}

TEST_F(MigrationTest, F6_ALogWithoutItsDatabaseIsNotWrittenOver) {
  open_with_people();
  sent_id(ann_, admin_);
  std::filesystem::copy_file(options_.file.string() + "-wal", dir_ / "kept");
  store_.reset();
  std::filesystem::remove(options_.file);
  std::filesystem::copy_file(dir_ / "kept", options_.file.string() + "-wal",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(open_error(), OpenError::orphaned_log);
  write_file(options_.file, "");
  EXPECT_EQ(open_error(), OpenError::orphaned_log) << "an empty file is as good as none";
  EXPECT_GT(std::filesystem::file_size(options_.file.string() + "-wal"), 0U);
}

TEST_F(MigrationTest, F6_ADamagedSchemaIsRefused) {
  open_with_people();
  store_.reset();
  std::string bytes = bytes_of(options_.file);
  std::fill(bytes.begin() + 100, bytes.begin() + 4'000, '\x55');
  write_file(options_.file, bytes);
  EXPECT_EQ(open_error(), OpenError::damaged);
  EXPECT_EQ(bytes_of(options_.file), bytes);
}

TEST_F(MigrationTest, F6_ACheckFindsDamage) {
  open_with_people();
  for (int i = 0; i < 200; ++i) append(ann_, admin_, std::string(500, 'x'));
  settle();
  store_.reset();
  EXPECT_TRUE(check_database(options_.file)->problems.empty());
  std::string bytes = bytes_of(options_.file);
  std::fill(bytes.end() - 9'000, bytes.end() - 5'000, '\x55');
  write_file(options_.file, bytes);
  const auto report = check_database(options_.file);
  EXPECT_TRUE(!report || !report->problems.empty());
}

TEST_F(MigrationTest, AMissingDirectoryIsAnError) {
  options_.file = dir_ / "nowhere/parley.db";
  EXPECT_EQ(open_error(), OpenError::cannot_create);
}

TEST_F(MigrationTest, F7_ASecondServerIsRefusedUntilTheFirstEnds) {
  open();
  EXPECT_EQ(open_error(), OpenError::in_use) << "in this process";
  std::filesystem::create_symlink(options_.file, dir_ / "other-name.db");
  options_.file = dir_ / "other-name.db";
  EXPECT_EQ(open_error(), OpenError::in_use) << "by another name";
  const pid_t child = fork();
  if (child == 0) _exit(open_error() == OpenError::in_use ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "in another process";
  store_.reset();
  EXPECT_EQ(open_error(), std::nullopt);
}

// F8: whichever write is the last one, the database is of the old schema or of the new, with all its rows.
TEST_F(MigrationTest, F8_KilledAtAnyWriteOfAMigrationItIsOldOrNew) {
  register_fault_vfs();
  bool finished = false;
  int old_ones = 0;
  for (long k = 1; k < 500 && !finished; ++k) {
    SCOPED_TRACE(k);
    TempDir fresh;
    options_.file = fresh / "parley.db";
    make_original();
    const pid_t child = fork();
    if (child == 0) {
      fault_plan.arm(FaultCall::write | FaultCall::sync, k, 0);
      _exit(open_database({options_.file, true, kFaultVfs}) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    EXPECT_TRUE(!finished || WEXITSTATUS(status) == 0);
    const std::int64_t version = number(options_.file, "PRAGMA user_version");
    EXPECT_TRUE(version == 0 || version == newest_schema_version()) << version;
    old_ones += version == 0 ? 1 : 0;
    const auto report = check_database(options_.file);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(number(options_.file, "SELECT count(*) FROM chat"), 5);
    EXPECT_EQ(open_error(), std::nullopt);
  }
  EXPECT_TRUE(finished);
  EXPECT_GT(old_ones, 5);
}

// The same for a database that is made: none, or a whole one.
TEST_F(MigrationTest, F8_KilledAtAnyWriteOfTheFirstStartTheNextOneWorks) {
  register_fault_vfs();
  bool finished = false;
  for (long k = 1; k < 500 && !finished; ++k) {
    SCOPED_TRACE(k);
    TempDir fresh;
    options_.file = fresh / "parley.db";
    const pid_t child = fork();
    if (child == 0) {
      fault_plan.arm(FaultCall::write | FaultCall::sync, k, 0);
      _exit(open_database({options_.file, true, kFaultVfs}) ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    EXPECT_EQ(open_error(), std::nullopt);
  }
  EXPECT_TRUE(finished);
}

TEST_F(MigrationTest, AMigrationThatFailsLeavesTheOldDatabase) {
  make_original();
  register_fault_vfs();
  for (long k = 1; k < 60; k += 3) {
    SCOPED_TRACE(k);
    fault_plan.arm(FaultCall::write, k, SQLITE_FULL, true);
    const auto opened = open_database({options_.file, true, kFaultVfs});
    fault_plan.disarm();
    if (opened) break;
    const bool in_the_backup = opened.error().error == OpenError::cannot_create;
    EXPECT_TRUE(in_the_backup || opened.error().error == OpenError::io) << to_string(opened.error().error);
    EXPECT_EQ(number(options_.file, "PRAGMA user_version"), 0);
  }
}

}  // namespace
}  // namespace parley::store
