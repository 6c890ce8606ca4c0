#include "parley/service/send_and_wait.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "fakes_for_tests.hpp"

namespace parley::service {
namespace {

// Lets each draft come back with the outcome that `decide` makes of it, at once, as the writer would.
class Decider final : public MessageLog {
 public:
  bool try_append(Draft&& draft) noexcept override {
    if (full) return false;
    auto batch = std::make_shared<CommittedBatch>();
    batch->outcomes = {Marked{}, MarkRefused{}, Stored{{}, {0, 7, 1}}, decide(draft)};
    listener->on_committed(std::move(batch));
    return true;
  }
  bool try_mark_read(ReadMark&&) noexcept override { return false; }

  std::function<Outcome(const Draft&)> decide;
  CommitListener* listener = nullptr;
  bool full = false;
};

struct Delivery final : CommitListener {
  void on_committed(BatchPtr batch) noexcept override { batches.push_back(std::move(batch)); }
  std::vector<BatchPtr> batches;
};

struct SendAndWaitTest : ::testing::Test {
  SendAndWaitTest() { log.listener = &sends; }
  sio::Result<Sent, SendError> send(std::string content = "hello", std::string client_id = "c-1") {
    return sends.send({domain::UserId(1), domain::UserId(2), std::move(content), std::move(client_id), {0, 9, 3}});
  }

  Decider log;
  Delivery delivery;
  SendAndWait sends{log, delivery};
};

TEST_F(SendAndWaitTest, AnswersWithWhatBecameOfIt) {
  log.decide = [](const Draft& draft) {
    return Stored{{domain::MessageId(5), draft.sender, draft.receiver, draft.content, 77, false, draft.client_id},
                  draft.origin};
  };
  const auto sent = send();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->id.value, 5);
  EXPECT_EQ(sent->timestamp_unix_us, 77);
  EXPECT_FALSE(sent->duplicate);
  log.decide = [](const Draft& draft) {
    return Duplicate{draft.sender, draft.receiver, draft.client_id, domain::MessageId(3), 66, draft.origin};
  };
  const auto again = send();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id.value, 3);
  EXPECT_TRUE(again->duplicate);
  log.decide = [](const Draft& draft) {
    return SendRefused{draft.sender, draft.client_id, SendError::client_id_conflict, draft.origin};
  };
  EXPECT_EQ(send().error(), SendError::client_id_conflict);
}

// Who has no socket is nobody to acknowledge to or to leave out: all the others are told as always.
TEST_F(SendAndWaitTest, WhatWasSentIsDeliveredLikeEverythingElse) {
  log.decide = [](const Draft& draft) {
    EXPECT_EQ(draft.origin.socket, 0U);
    return Stored{{}, draft.origin};
  };
  ASSERT_TRUE(send());
  EXPECT_EQ(delivery.batches.size(), 1U);
  EXPECT_EQ(delivery.batches[0]->outcomes.size(), 4U);
}

TEST_F(SendAndWaitTest, WhatIsRefusedAtOnceIsAnsweredAtOnce) {
  EXPECT_EQ(send(" ").error(), SendError::invalid_payload);
  log.full = true;
  EXPECT_EQ(send().error(), SendError::storage_unavailable);
}

TEST_F(SendAndWaitTest, ManyAtOnceEachGetTheirOwn) {
  log.decide = [](const Draft& draft) {
    domain::Message message;
    message.id = domain::MessageId(std::stoll(draft.content));
    return Stored{std::move(message), draft.origin};
  };
  struct Nobody final : CommitListener {
    void on_committed(BatchPtr) noexcept override {}
  } nobody;
  SendAndWait many(log, nobody);
  log.listener = &many;
  std::vector<std::thread> threads;
  for (int t = 1; t <= 8; ++t) {
    threads.emplace_back([&many, t] {
      for (int i = 0; i < 200; ++i) {
        const int number = t * 1'000 + i;
        const auto sent = many.send({domain::UserId(1), domain::UserId(2), std::to_string(number), {}, {}});
        EXPECT_TRUE(sent && sent->id.value == number);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace parley::service
