#include "handle_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace sio {
namespace {

using Table = HandleTable<std::unique_ptr<int>>;

TEST(HandleTable, FindsWhatWasInserted) {
  Table table(7);
  const Handle one = table.insert(std::make_unique<int>(1));
  const Handle two = table.insert(std::make_unique<int>(2));
  EXPECT_EQ(*table.find(one), 1);
  EXPECT_EQ(*table.find(two), 2);
  EXPECT_EQ(shard_of(one), 7U);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.find(0), nullptr);
}

TEST(HandleTable, StaleHandleFindsNothingThoughItsSlotIsInUse) {
  Table table(0);
  std::set<Handle> seen;
  for (int i = 0; i < 1'000; ++i) {
    const Handle handle = table.insert(std::make_unique<int>(i));
    EXPECT_TRUE(seen.insert(handle).second);
    EXPECT_EQ(*table.take(handle), i);
    EXPECT_EQ(table.find(handle), nullptr);
    EXPECT_EQ(table.take(handle), nullptr);
  }
  table.insert(std::make_unique<int>(0));
  for (const Handle handle : seen) EXPECT_EQ(table.find(handle), nullptr);
  EXPECT_EQ(table.size(), 1U);
}

// Session and socket ids come from clients and carry handles: any number may be asked for.
TEST(HandleTable, E7_GuessedHandlesOfFreeSlotsFindNothing) {
  Table table(0);
  const Handle kept = table.insert(std::make_unique<int>(1));
  table.take(table.insert(std::make_unique<int>(2)));
  for (Handle slot = 0; slot < 4; ++slot) {
    for (Handle generation = 0; generation < 4; ++generation) {
      for (Handle shard = 0; shard < 2; ++shard) {
        const Handle guess = shard << 56 | generation << 32 | slot;
        if (guess == kept) continue;
        EXPECT_EQ(table.find(guess), nullptr) << guess;
        EXPECT_EQ(table.take(guess), nullptr) << guess;
      }
    }
  }
  EXPECT_EQ(table.size(), 1U);
}

TEST(HandleTable, ElementsMayGoAndComeDuringAWalk) {
  Table table(0);
  std::vector<Handle> handles;
  for (int i = 0; i < 10; ++i) handles.push_back(table.insert(std::make_unique<int>(i)));
  std::set<int> visited;
  table.for_each([&](const int& element) {
    const int value = element;
    visited.insert(value);
    if (value >= 10) return;
    table.take(handles[static_cast<std::size_t>(value)]);
    table.insert(std::make_unique<int>(value + 10));
    if (value == 3) table.take(handles[9]);
  });
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(visited.contains(i)) << i;
  EXPECT_FALSE(visited.contains(9));
  EXPECT_EQ(table.size(), 9U);
}

TEST(HandleTable, RawPointersAreNotOwned) {
  HandleTable<int*> table(1);
  int value = 5;
  const Handle handle = table.insert(&value);
  EXPECT_EQ(table.find(handle), &value);
  EXPECT_EQ(table.take(handle), &value);
  EXPECT_EQ(table.find(handle), nullptr);
}

}  // namespace
}  // namespace sio
