#include "recent_batches.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace parley::realtime {
namespace {

service::BatchPtr batch(std::uint64_t commit, std::size_t bytes = 1) {
  auto made = std::make_shared<service::CommittedBatch>();
  made->commit = commit;
  service::Stored stored;
  stored.message.content = std::string(bytes, 'x');
  made->outcomes.emplace_back(std::move(stored));
  return made;
}

std::vector<std::uint64_t> after(const RecentBatches& recent, std::uint64_t commit) {
  std::vector<std::uint64_t> commits;
  recent.each_after(commit, [&](const service::CommittedBatch& each) { commits.push_back(each.commit); });
  return commits;
}

TEST(RecentBatches, GiveWhatCameAfterACommitInOrder) {
  RecentBatches recent(7);
  EXPECT_TRUE(recent.reach_back_to(7));
  EXPECT_TRUE(after(recent, 7).empty());
  for (std::uint64_t commit = 8; commit <= 12; ++commit) recent.add(batch(commit));
  EXPECT_TRUE(recent.reach_back_to(7));
  EXPECT_EQ(after(recent, 7), (std::vector<std::uint64_t>{8, 9, 10, 11, 12}));
  EXPECT_EQ(after(recent, 10), (std::vector<std::uint64_t>{11, 12}));
  EXPECT_TRUE(after(recent, 12).empty());
  EXPECT_TRUE(after(recent, 99).empty()) << "read from a newer snapshot than this shard has delivered";
}

TEST(RecentBatches, OnlyWhatHasChangedSomethingIsKept) {
  RecentBatches recent(7);
  recent.add(batch(7));  // refusals repeat the commit before
  recent.add(batch(8));
  recent.add(batch(8));
  EXPECT_EQ(after(recent, 0), (std::vector<std::uint64_t>{8}));
}

TEST(RecentBatches, AreBoundedInNumberAndSayHowFarBackTheyReach) {
  RecentBatches recent(0);
  for (std::uint64_t commit = 1; commit <= RecentBatches::kBatchesMax + 3; ++commit) recent.add(batch(commit));
  EXPECT_EQ(after(recent, 0).size(), RecentBatches::kBatchesMax);
  EXPECT_FALSE(recent.reach_back_to(2));
  EXPECT_TRUE(recent.reach_back_to(3));
  EXPECT_EQ(after(recent, 3).front(), 4U);
}

TEST(RecentBatches, AreBoundedInBytesEvenIfOneIsTooLargeByItself) {
  RecentBatches recent(0);
  recent.add(batch(1, RecentBatches::kBytesMax / 2));
  recent.add(batch(2, RecentBatches::kBytesMax / 2));
  EXPECT_EQ(after(recent, 0), (std::vector<std::uint64_t>{2}));
  recent.add(batch(3, RecentBatches::kBytesMax));
  EXPECT_TRUE(after(recent, 0).empty());
  EXPECT_FALSE(recent.reach_back_to(2));
  EXPECT_TRUE(recent.reach_back_to(3));
  recent.add(batch(4));
  EXPECT_EQ(after(recent, 3), (std::vector<std::uint64_t>{4}));
}

}  // namespace
}  // namespace parley::realtime
