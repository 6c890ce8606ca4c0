#include <gtest/gtest.h>

#include "fakes_for_tests.hpp"
#include "parley/service/mark_read.hpp"
#include "parley/service/message_json.hpp"
#include "parley/service/send_message.hpp"

namespace parley::service {
namespace {

Draft draft(std::string content, std::string client_id = {}, std::int64_t receiver = 2) {
  return {domain::UserId(1), domain::UserId(receiver), std::move(content), std::move(client_id), {}};
}

TEST(SendMessage, QueuesWhatIsAcceptable) {
  testing::FakeLog log;
  EXPECT_EQ(send_message(log, draft("hello", "c-1")), std::nullopt);
  ASSERT_EQ(log.drafts.size(), 1U);
  EXPECT_EQ(log.drafts[0].content, "hello");
}

// What a shard can decide never reaches the writer, and nothing comes back for it.
TEST(SendMessage, RefusesHereAndNowWhatNoWriterHasToSee) {
  testing::FakeLog log;
  EXPECT_EQ(send_message(log, draft("")), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft(" \n\t")), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft(std::string("a\0b", 3))), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft(std::string(16'385, 'a'))), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft("x", "tab\there")), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft("x", std::string(65, 'c'))), SendError::invalid_payload);
  EXPECT_EQ(send_message(log, draft("to myself", "", 1)), SendError::receiver_not_found);
  EXPECT_EQ(send_message(log, draft("to nobody", "", 0)), SendError::receiver_not_found);
  EXPECT_TRUE(log.drafts.empty());
  EXPECT_EQ(send_message(log, draft(std::string(16'384, 'a'))), std::nullopt);
}

TEST(SendMessage, SaysWhenTheQueueIsFull) {
  testing::FakeLog log;
  log.full = true;
  EXPECT_EQ(send_message(log, draft("x")), SendError::storage_unavailable);
}

// Without up_to_id all that was emitted here is meant, and nothing that came after it.
TEST(MarkRead, MarksUpToWhatWasEmitted) {
  testing::FakeLog log;
  EXPECT_EQ(mark_read(log, domain::UserId(1), domain::UserId(2), std::nullopt, domain::MessageId(41), {}),
            std::nullopt);
  EXPECT_EQ(mark_read(log, domain::UserId(1), domain::UserId(2), domain::MessageId(7), domain::MessageId(41), {}),
            std::nullopt);
  ASSERT_EQ(log.marks.size(), 2U);
  EXPECT_EQ(log.marks[0].up_to.value, 41);
  EXPECT_EQ(log.marks[1].up_to.value, 7);
  EXPECT_EQ(mark_read(log, domain::UserId(1), domain::UserId(0), std::nullopt, domain::MessageId(41), {}),
            MarkError::invalid_payload);
  log.full = true;
  EXPECT_EQ(mark_read(log, domain::UserId(1), domain::UserId(2), std::nullopt, domain::MessageId(41), {}),
            MarkError::storage_unavailable);
}

TEST(MessageJson, HasTheFieldsOfTheContractInTheirOrder) {
  domain::Message message{
      domain::MessageId(3), domain::UserId(1), domain::UserId(2), "a \"quote\"\n", 1'732'708'800'123'456, true, "c"};
  std::string text;
  sio::json::Writer writer(text);
  write_message(writer, message);
  EXPECT_EQ(
      text,
      R"({"id":3,"sender_id":1,"receiver_id":2,"content":"a \"quote\"\n","timestamp":"2024-11-27T12:00:00.123456","read_status":true,"client_id":"c"})");
  message.timestamp_unix_us.reset();
  message.client_id.clear();
  text.clear();
  sio::json::Writer again(text);
  write_message(again, message);
  EXPECT_EQ(text,
            R"({"id":3,"sender_id":1,"receiver_id":2,"content":"a \"quote\"\n","timestamp":null,"read_status":true})");
}

}  // namespace
}  // namespace parley::service
