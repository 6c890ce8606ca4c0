#include <random>
#include <thread>

#include "parley/domain/timestamp.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

using service::Duplicate;
using service::SendError;
using service::Stored;

class SendTest : public StoreTest {
 protected:
  void SetUp() override { open_with_people(); }
};

TEST_F(SendTest, WhatIsStoredComesBackAsItWasSent) {
  const std::string content = "line\nand \xF0\x9F\x98\x80 '\"; DROP TABLE chat; --";
  append(ann_, admin_, content, "c-1", {.shard = 3, .socket = 77, .ack_id = 5});
  settle();
  const auto stored = recorder_->all<Stored>();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].message.content, content);
  EXPECT_EQ(stored[0].message.client_id, "c-1");
  EXPECT_EQ(stored[0].message.sender, ann_);
  EXPECT_EQ(stored[0].message.receiver, admin_);
  EXPECT_EQ(stored[0].origin.shard, 3U);
  EXPECT_EQ(stored[0].origin.socket, 77U);
  EXPECT_EQ(stored[0].origin.ack_id, 5);
  const auto messages = history(admin_, ann_);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].content, content);
  EXPECT_EQ(messages[0].client_id, "c-1");
  EXPECT_EQ(messages[0].timestamp_unix_us, stored[0].message.timestamp_unix_us);
  EXPECT_FALSE(messages[0].read);
}

TEST_F(SendTest, RulesAreTheDomains) {
  EXPECT_FALSE(error_of(send(ann_, admin_, "x")));
  EXPECT_FALSE(error_of(send(admin_, ann_, "x")));
  EXPECT_EQ(error_of(send(ann_, bob_, "x")), SendError::receiver_not_found);
  EXPECT_EQ(error_of(send(ann_, ann_, "x")), SendError::receiver_not_found);
  EXPECT_EQ(error_of(send(ann_, domain::UserId(999), "x")), SendError::receiver_not_found);
  EXPECT_EQ(error_of(send(domain::UserId(999), admin_, "x")), SendError::sender_disabled);
  EXPECT_TRUE(history(ann_, bob_).empty());
}

TEST_F(SendTest, UsersWriteToUsersWithPeerChat) {
  options_.rules.peer_chat = true;
  reopen();
  EXPECT_FALSE(error_of(send(ann_, bob_, "x")));
}

// The queue's order decides: a change of people counts from the very next command.
TEST_F(SendTest, DisabledPeopleNeitherWriteNorGetAnything) {
  const auto second = add("second", domain::Role::admin);
  sent_id(ann_, admin_);
  ASSERT_TRUE(store_->directory().set_disabled(ann_, true));
  EXPECT_EQ(error_of(send(ann_, admin_, "x")), SendError::sender_disabled);
  EXPECT_EQ(error_of(send(admin_, ann_, "x")), SendError::receiver_not_found);
  ASSERT_TRUE(store_->directory().set_disabled(ann_, false));
  EXPECT_FALSE(error_of(send(ann_, admin_, "x")));
  ASSERT_TRUE(store_->directory().set_disabled(second, true));
  EXPECT_EQ(error_of(send(ann_, second, "x")), SendError::receiver_not_found);
}

// A10: a role counts from the next action.
TEST_F(SendTest, A10_ARoleCountsFromTheNextMessage) {
  EXPECT_EQ(error_of(send(ann_, bob_, "x")), SendError::receiver_not_found);
  ASSERT_TRUE(store_->directory().set_role(bob_, domain::Role::admin));
  EXPECT_FALSE(error_of(send(ann_, bob_, "x")));
  ASSERT_TRUE(store_->directory().set_role(bob_, domain::Role::user));
  EXPECT_EQ(error_of(send(ann_, bob_, "x")), SendError::receiver_not_found);
}

TEST_F(SendTest, F17_ARepeatIsStoredOnceAndAnsweredWithTheFirst) {
  const std::int64_t id = sent_id(ann_, admin_, "hello", "c-1");
  const auto first = recorder_->all<Stored>().back();
  for (int i = 0; i < 3; ++i) {
    const service::Outcome outcome = send(ann_, admin_, "hello", "c-1");
    const auto* duplicate = std::get_if<Duplicate>(&outcome);
    ASSERT_NE(duplicate, nullptr);
    EXPECT_EQ(duplicate->id.value, id);
    EXPECT_EQ(duplicate->timestamp_unix_us, first.message.timestamp_unix_us);
    EXPECT_EQ(duplicate->client_id, "c-1");
    EXPECT_EQ(duplicate->receiver, admin_);
  }
  EXPECT_EQ(history(ann_, admin_).size(), 1U);
}

TEST_F(SendTest, F17_ARepeatInTheSameTransactionIsARepeat) {
  recorder_->hold();
  append(ann_, admin_, "holds the writer up");
  recorder_->wait_for(1);
  for (int i = 0; i < 3; ++i) append(ann_, admin_, "hello", "c-1");
  recorder_->let_go();
  settle();
  EXPECT_EQ(recorder_->all<Stored>().size(), 2U);
  EXPECT_EQ(recorder_->all<Duplicate>().size(), 2U);
  EXPECT_EQ(recorder_->batches().size(), 2U);
}

TEST_F(SendTest, F17_OtherContentOrReceiverIsAConflict) {
  const auto second = add("second", domain::Role::admin);
  sent_id(ann_, admin_, "hello", "c-1");
  EXPECT_EQ(error_of(send(ann_, admin_, "Hello", "c-1")), SendError::client_id_conflict);
  EXPECT_EQ(error_of(send(ann_, second, "hello", "c-1")), SendError::client_id_conflict);
  EXPECT_EQ(error_of(send(ann_, bob_, "hello", "c-1")), SendError::client_id_conflict);
  EXPECT_EQ(history(ann_, admin_).size(), 1U);
}

TEST_F(SendTest, AClientIdIsUniquePerSenderOnly) {
  sent_id(ann_, admin_, "hello", "c-1");
  EXPECT_FALSE(error_of(send(bob_, admin_, "hello", "c-1")));
  EXPECT_FALSE(error_of(send(admin_, ann_, "hello", "c-1")));
  EXPECT_EQ(recorder_->all<Stored>().size(), 3U);
}

// Guarantee 4: for ever, whatever has changed since in rules or roles.
TEST_F(SendTest, F17_ARepeatIsAnsweredAlikeAfterRulesRolesAndRestartsChanged) {
  const std::int64_t id = sent_id(ann_, admin_, "hello", "c-1");
  const auto second = add("second", domain::Role::admin);
  ASSERT_NE(second, domain::UserId());
  ASSERT_TRUE(store_->directory().set_role(admin_, domain::Role::user));
  reopen();
  EXPECT_EQ(error_of(send(ann_, admin_, "new", "c-2")), SendError::receiver_not_found);
  service::Outcome outcome = send(ann_, admin_, "hello", "c-1");
  ASSERT_TRUE(std::holds_alternative<Duplicate>(outcome));
  EXPECT_EQ(std::get<Duplicate>(outcome).id.value, id);
  ASSERT_TRUE(store_->directory().set_disabled(admin_, true));
  outcome = send(ann_, admin_, "hello", "c-1");
  EXPECT_TRUE(std::holds_alternative<Duplicate>(outcome));
}

TEST_F(SendTest, WhatQueuedUpDuringACommitIsTheNextTransaction) {
  recorder_->hold();
  append(ann_, admin_, "first");
  recorder_->wait_for(1);
  for (int i = 0; i < 500; ++i) append(i % 2 == 0 ? ann_ : bob_, admin_, std::to_string(i));
  recorder_->let_go();
  settle();
  const auto batches = recorder_->batches();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[1]->outcomes.size(), 500U);
  EXPECT_EQ(batches[1]->commit, batches[0]->commit + 1);
  EXPECT_EQ(batches[1]->newest_id.value, batches[0]->newest_id.value + 500);
}

TEST_F(SendTest, ATransactionIsBoundedInCommandsAndBytes) {
  options_.batch_commands_max = 100;
  options_.batch_bytes_max = 1'000;
  reopen();
  recorder_->hold();
  append(ann_, admin_, "first");
  recorder_->wait_for(1);
  for (int i = 0; i < 250; ++i) append(ann_, admin_, "x");
  for (int i = 0; i < 3; ++i) append(ann_, admin_, std::string(900, 'x'));
  recorder_->let_go();
  settle();
  std::vector<std::size_t> sizes;
  for (const auto& batch : recorder_->batches()) sizes.push_back(batch->outcomes.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 100, 100, 51, 1, 1}));
}

TEST_F(SendTest, AFullQueueSaysNo) {
  options_.queue_commands_max = 10;
  reopen();
  recorder_->hold();
  append(ann_, admin_, "first");
  recorder_->wait_for(1);
  for (int i = 0; i < 9; ++i) append(ann_, admin_, "x");
  EXPECT_FALSE(store_->log().try_append({ann_, admin_, "x", {}, {}})) << "the one being told of counts too";
  recorder_->let_go();
  settle();
  EXPECT_EQ(recorder_->all<Stored>().size(), 10U);
  EXPECT_FALSE(error_of(send(ann_, admin_, "room again")));
}

TEST_F(SendTest, AQueueFullOfBytesSaysNo) {
  options_.queue_bytes_max = 1'000;
  reopen();
  recorder_->hold();
  append(ann_, admin_, std::string(600, 'x'));
  recorder_->wait_for(1);
  EXPECT_FALSE(store_->log().try_append({ann_, admin_, std::string(600, 'x'), {}, {}}));
  append(ann_, admin_, std::string(300, 'x'));
  recorder_->let_go();
  settle();
}

// Refusals keep their place: one connection sees its answers in the order in which it asked.
TEST_F(SendTest, OutcomesComeInTheOrderOfTheQueueRefusalsIncluded) {
  recorder_->hold();
  append(ann_, admin_, "holds the writer up");
  recorder_->wait_for(1);
  for (int i = 0; i < 60; ++i) {
    append(ann_, i % 3 == 0 ? bob_ : admin_, std::to_string(i), i % 3 == 1 ? "same" : std::string(),
           {.shard = 0, .socket = 1, .ack_id = i});
  }
  recorder_->let_go();
  settle();
  std::int64_t next = 0;
  for (const service::Outcome& outcome : recorder_->batches().back()->outcomes) {
    std::visit([&](const auto& each) { EXPECT_EQ(each.origin.ack_id, next); }, outcome);
    ++next;
  }
  EXPECT_EQ(next, 60);
}

// Guarantee 3, with many threads at once: ids grow in commit order, and each sender's messages keep their order.
TEST_F(SendTest, F19_IdsGrowInCommitOrderAndEachSendersOrderIsKept) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::vector<domain::UserId> senders;
  for (int t = 0; t < kThreads; ++t) senders.push_back(add("sender" + std::to_string(t), domain::Role::user));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto sender = senders[static_cast<std::size_t>(t)];
        while (!store_->log().try_append({sender, admin_, std::to_string(i), {}, {}})) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  recorder_->wait_for(kThreads * kEach);
  std::int64_t last_id = 0;
  std::uint64_t last_commit = store_->commit_at_start();
  for (const auto& batch : recorder_->batches()) {
    EXPECT_EQ(batch->commit, last_commit + 1);
    last_commit = batch->commit;
  }
  for (const Stored& stored : recorder_->all<Stored>()) {
    EXPECT_EQ(stored.message.id.value, last_id + 1);
    last_id = stored.message.id.value;
  }
  for (const domain::UserId sender : senders) {
    const auto messages = history(sender, admin_);
    ASSERT_EQ(messages.size(), std::size_t{kEach});
    for (int i = 0; i < kEach; ++i) EXPECT_EQ(messages[static_cast<std::size_t>(i)].content, std::to_string(i));
  }
}

// Guarantee 3: not even when rows disappear by other hands.
TEST_F(SendTest, AnIdIsNeverUsedTwice) {
  sent_id(ann_, admin_);
  const std::int64_t last = sent_id(ann_, admin_);
  store_.reset();
  Connection connection(options_.file, OpenMode::read_write);
  ASSERT_TRUE(connection.execute("DELETE FROM chat"));
  connection.close();
  open();
  EXPECT_EQ(store_->newest_id_at_start().value, last);
  EXPECT_EQ(sent_id(ann_, admin_), last + 1);
}

// The original application may be started on the file again; what it wrote is found afterwards.
TEST_F(SendTest, RowsOfTheOriginalApplicationAreNotOverwrittenAndAreRead) {
  const std::int64_t last = sent_id(ann_, admin_);
  store_.reset();
  {
    Connection connection(options_.file, OpenMode::read_write);
    Statement insert(connection,
                     "INSERT INTO chat (sender_id, receiver_id, content, timestamp, read_status)"
                     " VALUES (?1, ?2, 'theirs', '2024-11-27 12:00:00.123456', 0)");
    ASSERT_TRUE(insert.bind(bob_.value, admin_.value).run());
  }
  open();
  EXPECT_EQ(sent_id(ann_, admin_), last + 2);
  const auto all = store_->reader().all_of(bob_, {});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->items.size(), 1U);
  EXPECT_EQ(all->items[0].content, "theirs");
  EXPECT_EQ(all->items[0].timestamp_unix_us, domain::parse_timestamp("2024-11-27T12:00:00.123456"));
}

TEST_F(SendTest, WhatIsWrittenHasSqlAlchemysForms) {
  sent_id(ann_, admin_);
  store_.reset();
  Connection connection(options_.file, OpenMode::read_only);
  Statement row(connection,
                "SELECT timestamp, typeof(timestamp), read_status, typeof(read_status), client_id FROM chat");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.text(0).size(), 26U);
  EXPECT_TRUE(domain::parse_timestamp(row.text(0)));
  EXPECT_EQ(row.text(1), "text");
  EXPECT_EQ(row.integer(2), 0);
  EXPECT_EQ(row.text(3), "integer");
  EXPECT_TRUE(row.is_null(4));
}

TEST_F(SendTest, StopCommitsAndTellsWhatIsQueuedAndTakesNothingMore) {
  recorder_->hold();
  append(ann_, admin_, "first");
  recorder_->wait_for(1);
  for (int i = 0; i < 100; ++i) append(ann_, admin_, "x");
  std::thread stopper([this] { store_->stop(); });
  recorder_->let_go();
  stopper.join();
  EXPECT_EQ(recorder_->all<Stored>().size(), 101U);
  EXPECT_FALSE(store_->log().try_append({ann_, admin_, "late", {}, {}}));
  const auto late = store_->directory().add({"n", "late@example.org", "h", domain::Role::user, false});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), service::AccountError::storage_unavailable);
  EXPECT_EQ(history(ann_, admin_).size(), 101U) << "reads go on";
}

TEST_F(SendTest, ABatchOfRefusalsAloneRepeatsTheCommitBefore) {
  sent_id(ann_, admin_);
  send(ann_, bob_, "x");
  const auto batches = recorder_->batches();
  EXPECT_EQ(batches.back()->commit, batches[batches.size() - 2]->commit);
}

TEST_F(SendTest, TheLogIsCheckpointedSoThatItStaysSmall) {
  options_.checkpoint_pages = 50;
  options_.checkpoint_pages_busy = 100;
  reopen();
  for (int i = 0; i < 400; ++i) sent_id(ann_, admin_, std::string(2'000, 'x'));
  EXPECT_LT(std::filesystem::file_size(options_.file.string() + "-wal"), 300U * 4'120U);
  EXPECT_GT(std::filesystem::file_size(options_.file), 100U * 4'096U);
}

}  // namespace
}  // namespace parley::store
