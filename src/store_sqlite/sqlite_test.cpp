#include "sqlite.hpp"

#include <gtest/gtest.h>

#include "database_file.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

// SQLite has no more than what it has now and a little, while this lives.
class LittleMemory {
 public:
  LittleMemory() { sqlite3_hard_heap_limit64(sqlite3_memory_used() + 64 * 1024); }
  ~LittleMemory() { sqlite3_hard_heap_limit64(0); }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;
};

TEST(Sqlite, R6_ATextThereIsNoMemoryForIsAnErrorAndNotAnEmptyText) {
  const TempDir dir;
  ASSERT_TRUE(create_file(dir / "any.db"));
  Connection connection(dir / "any.db", OpenMode::read_write);
  // Kept as UTF-16: made into UTF-8 when it is looked at, and not before.
  ASSERT_TRUE(connection.execute("PRAGMA encoding = 'UTF-16'"));
  Statement large(connection, "SELECT printf('%.*c', 1000000, 'x')");
  ASSERT_TRUE(large.step()) << connection.error_text();
  {
    const LittleMemory little;
    EXPECT_EQ(large.text(0).size(), 0U);
  }
  EXPECT_EQ(connection.error(), SqlError::no_memory) << connection.error_text();
}

TEST(Sqlite, AnEmptyTextIsNoError) {
  const TempDir dir;
  ASSERT_TRUE(create_file(dir / "any.db"));
  Connection connection(dir / "any.db", OpenMode::read_write);
  Statement empty(connection, "SELECT '', NULL");
  ASSERT_TRUE(empty.step()) << connection.error_text();
  EXPECT_EQ(empty.text(0), "");
  EXPECT_EQ(empty.text(1), "");
  EXPECT_EQ(connection.error(), SqlError::none);
}

}  // namespace
}  // namespace parley::store
