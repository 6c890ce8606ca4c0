// POST /chat/messages: the rules and answers of `smessage`, over HTTP.
#include <gtest/gtest.h>

#include "fake_server.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

class Sending : public ::testing::Test {
 protected:
  Sending() {
    const std::string fields = R"({"name":"N","email":"a@example.com","password":"correct horse","role":"admin"})";
    EXPECT_EQ(server_.ask("POST", "/auth/register", fields).status, 201);
    const auto login = server_.ask("POST", "/auth/login", fields);
    token_ = sio::json::Value(login.body).find("access_token")->as_string().value();
  }
  sio::http::Response send(const std::string& body) {
    server_.now += std::chrono::seconds(1);
    return server_.ask_as(token_, "POST", "/chat/messages", body);
  }
  static std::string code_of(const sio::http::Response& response) {
    const auto code = sio::json::Value(response.body).find("code");
    return code ? code->as_string().value_or("") : "";
  }

  testing::FakeServer server_;
  std::string token_;
};

TEST_F(Sending, AnswersWithTheMessage) {
  const auto sent = send(R"({"receiver_id":2,"content":"hello","client_id":"c-1","id":9,"timestamp":"x"})");
  EXPECT_EQ(sent.status, 201);
  EXPECT_EQ(sent.body, R"({"id":7,"sender_id":1,"receiver_id":2,"content":"hello","timestamp":"2024-11-27T09:33:21",)"
                       R"("client_id":"c-1","read_status":false})");
  EXPECT_EQ(send(R"({"receiver_id":"2","content":"hello"})").status, 201) << "ids may come as text";
}

TEST_F(Sending, ARepeatGetsTheFirstIdAndTime) {
  const auto again = send(R"({"receiver_id":2,"content":"hello","client_id":"used"})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body,
            R"({"id":1,"sender_id":1,"receiver_id":2,"content":"hello","timestamp":"2024-11-27T09:33:20.123456",)"
            R"("client_id":"used","duplicate":true})");
  EXPECT_EQ(code_of(send(R"({"receiver_id":2,"content":"hello","client_id":"other"})")), "client_id_conflict");
}

TEST_F(Sending, NobodyAndOneselfAreNotFound) {
  for (const std::string id : {"99", "1", "0", "\"99999999999999999999\""}) {
    const auto response = send(R"({"receiver_id":)" + id + R"(,"content":"hello"})");
    EXPECT_EQ(response.status, 404) << id;
    EXPECT_EQ(code_of(response), "receiver_not_found") << id;
  }
}

TEST_F(Sending, FieldsThatAreNoneAreNamed) {
  const auto names = [](const sio::http::Response& response, std::string_view field) {
    const auto errors = sio::json::Value(response.body).find("errors");
    return response.status == 422 && errors && errors->find(field).has_value();
  };
  const auto nothing = send("{}");
  EXPECT_TRUE(names(nothing, "receiver_id") && names(nothing, "content")) << nothing.body;
  for (const std::string id : {"-1", "1.5", "null", "true", "\"\"", "\"-1\"", "\"x\"", "[]"}) {
    EXPECT_TRUE(names(send(R"({"content":"hello","receiver_id":)" + id + "}"), "receiver_id")) << id;
  }
  for (const std::string content : {"7", "\"\"", "\" \"", "\"a\\u0000\"", "null"}) {
    EXPECT_TRUE(names(send(R"({"receiver_id":2,"content":)" + content + "}"), "content")) << content;
  }
  for (const std::string client_id : {"7", "\"\"", "\"\\n\""}) {
    const std::string body = R"({"receiver_id":2,"content":"hello","client_id":)" + client_id + "}";
    EXPECT_TRUE(names(send(body), "client_id")) << client_id;
  }
}

// S9, over HTTP too: the limit is the user's, whatever they write with.
TEST_F(Sending, S9_MessagesOfOneUserAreLimited) {
  const auto now = [&] {
    return server_.ask_as(token_, "POST", "/chat/messages", R"({"receiver_id":2,"content":"hello"})");
  };
  EXPECT_EQ(now().status, 201);
  EXPECT_EQ(now().status, 201);
  const auto limited = now();
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.find("retry-after"), "1");
  EXPECT_EQ(server_.limited, std::vector<std::string>{"message"});
}

TEST_F(Sending, StorageThatIsDownIsSaid) {
  server_.log.failing = true;
  EXPECT_EQ(code_of(send(R"({"receiver_id":2,"content":"hello"})")), "storage_unavailable");
}

}  // namespace
}  // namespace parley::rest
