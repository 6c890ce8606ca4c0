// Logs of SQLite's own making whose head is wrong: nothing that was committed is taken for nothing, and what a power
// cut leaves when all is in the database bothers nobody.
#include "log_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include "backup_fixture.hpp"

namespace parley::store {
namespace {

constexpr std::size_t kFrame = 24 + 4'096;
constexpr std::size_t kSalts = 16;  // where they stand in the head

std::size_t at(std::size_t frame) { return kLogHeadBytes + frame * kFrame; }

// Lives of one log, each taken back into the database before the next one begins. A commit of one row is one frame.
class LogTest : public BackupFixture {
 protected:
  LogTest() {
    write_file(file(), "");
    connection_ = Connection(file(), OpenMode::read_write);
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA wal_autocheckpoint = 0");
    run("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    run("INSERT INTO t VALUES (1, randomblob(3000)), (2, randomblob(3000)), (3, randomblob(3000))");
    take_back();
  }
  std::filesystem::path file() const { return dir_ / "some.db"; }
  std::filesystem::path log() const { return dir_ / "some.db-wal"; }
  void run(const std::string& sql) { EXPECT_TRUE(connection_.execute(sql.c_str())) << connection_.error_text(); }
  void take_back() { run("PRAGMA wal_checkpoint(FULL)"); }
  void commit_one() { run("UPDATE t SET x = randomblob(3000) WHERE id = 1"); }
  void commit_three() { run("UPDATE t SET x = randomblob(3000)"); }
  std::string log_bytes() const { return bytes_of(log()); }

  // What is said of these files; SQLite has the others open.
  LogState said_of(const std::string& bytes) const {
    write_file(dir_ / "copy.db", bytes_of(file()));
    write_file(dir_ / "copy.db-wal", bytes);
    return look_at_log(dir_ / "copy.db", dir_ / "copy.db-wal");
  }
  static std::string with_half_a_head(std::string bytes) {
    bytes.replace(12, 4, 4, '\0');  // of what a head begins with, the count of checkpoints alone is another one
    return bytes;
  }
  static std::string with_spoiled(std::string bytes, std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i) bytes[i] = static_cast<char>(bytes[i] ^ '\x5A');
    return bytes;
  }
  // Each byte of the head wrong, the whole of it, none of it there, and its sector.
  static std::vector<std::string> spoiled_heads(const std::string& bytes) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < kLogHeadBytes; ++i) all.push_back(with_spoiled(bytes, i, 1));
    all.push_back(with_spoiled(bytes, 0, kLogHeadBytes));
    all.push_back(std::string(kLogHeadBytes, '\0') + bytes.substr(kLogHeadBytes));
    return all;
  }

  Connection connection_;
};

TEST_F(LogTest, F6_WhateverIsWrongWithItsHeadWhatIsNowhereElseIsNotDropped) {
  for (const int commits : {1, 2, 5}) {
    for (int i = 0; i < 7; ++i) commit_one();
    take_back();
    for (int i = 0; i < commits; ++i) commit_one();
    ASSERT_EQ(log_bytes().size(), at(7)) << "begun anew, with frames of the life before behind its own";
    for (const std::string& bytes : spoiled_heads(log_bytes())) {
      ASSERT_EQ(said_of(bytes), LogState::damaged) << commits;
    }
    take_back();
    for (const std::string& bytes : spoiled_heads(log_bytes())) {
      ASSERT_EQ(said_of(bytes), LogState::usable) << commits << ", all of it in the database";
    }
  }
}

TEST_F(LogTest, F2_AHeadThatWasHalfWrittenOnceMoreHidesNothing) {
  for (int i = 0; i < 17; ++i) commit_one();
  take_back();
  const std::string before = log_bytes();
  commit_three();
  const std::string after = log_bytes();
  const std::string head = with_half_a_head(after.substr(0, kLogHeadBytes));
  ASSERT_NE(head.substr(kSalts, 8), before.substr(kSalts, 8)) << "another life";
  // A transaction that was never committed, in part there, over frames that are in the database.
  for (std::size_t torn = 0; torn < 3; ++torn) {
    const std::string whole = head + after.substr(kLogHeadBytes, torn * kFrame) + before.substr(at(torn));
    EXPECT_EQ(said_of(whole), LogState::usable) << torn;
    EXPECT_EQ(said_of(with_spoiled(whole, at(torn) + 2'000, 1)), LogState::usable) << torn << ", half a page";
    const std::string last_alone = with_spoiled(head + before.substr(kLogHeadBytes), at(torn) + 2'000, 1);
    EXPECT_EQ(said_of(last_alone), LogState::usable) << torn << " frames in front of it are of older pages";
    std::string named = whole;
    named.replace(at(torn), 24, after, at(2), 24);
    EXPECT_EQ(said_of(named), LogState::usable) << torn << ", the words of a commit, and not its page";
  }
}

TEST_F(LogTest, F2_WhatIsLeftOfOlderLivesIsOfNoUse) {
  for (int i = 0; i < 9; ++i) commit_three();
  take_back();
  commit_one();
  commit_one();
  commit_one();
  take_back();
  const std::string before = log_bytes();
  commit_one();
  const std::string head = with_half_a_head(log_bytes().substr(0, kLogHeadBytes));
  const std::string left = with_spoiled(head + before.substr(kLogHeadBytes), at(0) + 100, 2 * kFrame);
  EXPECT_EQ(said_of(left), LogState::usable) << "one frame of the life before, stale ones of the first";
  take_back();
  const std::string one = log_bytes();
  EXPECT_EQ(said_of(with_spoiled(one, 0, kLogHeadBytes)), LogState::usable) << "one frame, taken back";
}

TEST_F(LogTest, F6_WithoutItsFirstSectorItIsDamaged) {
  for (int i = 0; i < 7; ++i) commit_one();
  take_back();
  for (int i = 0; i < 3; ++i) commit_one();
  EXPECT_EQ(said_of(with_spoiled(log_bytes(), 0, 512)), LogState::damaged);
  EXPECT_EQ(said_of(std::string(512, '\0') + log_bytes().substr(512)), LogState::damaged);
}

TEST_F(LogTest, ALogWithoutFramesIsOfNoUse) {
  commit_one();
  EXPECT_EQ(said_of(log_bytes()), LogState::usable);
  EXPECT_EQ(said_of(""), LogState::usable);
  EXPECT_EQ(said_of(log_bytes().substr(0, kLogHeadBytes)), LogState::usable) << "a head and no frame";
  EXPECT_EQ(said_of(std::string(kLogHeadBytes, 'x')), LogState::usable) << "half a head and no frame";
}

}  // namespace
}  // namespace parley::store
