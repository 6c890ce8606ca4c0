#include "sio/http/message.hpp"

#include <gtest/gtest.h>

namespace sio::http {
namespace {

Headers some_headers() {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("X-One", "1");
  headers.add("accept", "b");
  return headers;
}

TEST(Headers, AreFoundInAnyCaseAndJoinedInOrder) {
  const Headers headers = some_headers();
  EXPECT_EQ(headers.find("ACCEPT"), "a");
  EXPECT_EQ(headers.joined("Accept"), "a, b");
  EXPECT_EQ(headers.find("absent"), "");
  EXPECT_EQ(headers.joined("absent"), "");
  EXPECT_TRUE(headers.contains("x-one"));
  EXPECT_FALSE(headers.contains("x-on"));
}

TEST(Headers, SetReplacesAllOfThatName) {
  Headers headers = some_headers();
  headers.set("ACCEPT", "c");
  EXPECT_EQ(headers.joined("Accept"), "c");
  EXPECT_EQ(headers.items().size(), 2U);
  headers.set("New", "n");
  EXPECT_EQ(headers.find("new"), "n");
}

TEST(Headers, KeepOnlyWhatIsAskedFor) {
  Headers headers = some_headers();
  headers.remove_if_not([](std::string_view name) { return equals_ignore_case(name, "accept"); });
  EXPECT_EQ(headers.items().size(), 2U);
  EXPECT_FALSE(headers.contains("X-One"));
}

TEST(Query, IsDecodedInOrderAndLeniently) {
  const Query query = Query::parse("EIO=4&a=b%20c+d&&a=2&flag&=x&bad=%zz%4&pct=%25%3D%26&eq=a=b&%61%62=1");
  const std::vector<std::pair<std::string, std::string>> expected = {{"EIO", "4"},   {"a", "b c d"}, {"a", "2"},
                                                                     {"flag", ""},   {"", "x"},      {"bad", "%zz%4"},
                                                                     {"pct", "%=&"}, {"eq", "a=b"},  {"ab", "1"}};
  EXPECT_EQ(query.items(), expected);
  EXPECT_EQ(query.find("a"), "b c d");
  EXPECT_TRUE(query.contains("flag"));
  EXPECT_FALSE(query.contains("absent"));
  EXPECT_TRUE(Query::parse("").items().empty());
  EXPECT_EQ(Query::parse("nul=%00").find("nul"), std::string_view("\0", 1));
}

Response answer(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

TEST(Serialize, WritesHeadAndBody) {
  EXPECT_EQ(serialize(answer(200, "ok"), true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
  EXPECT_EQ(serialize(answer(404, ""), false, false),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(Serialize, ClosesWhenEitherSideWantsIt) {
  Response response = answer(200, "");
  response.close = true;
  EXPECT_NE(serialize(response, true, false).find("Connection: close\r\n"), std::string::npos);
}

TEST(Serialize, AnswersHeadWithTheLengthAlone) {
  EXPECT_EQ(serialize(answer(200, "body"), true, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Serialize, UsesSharedBytesInPlaceOfTheBody) {
  Response response = answer(200, "not this");
  response.shared_body = SharedBytes("shared");
  EXPECT_TRUE(serialize(response, true, false).ends_with("Content-Length: 6\r\nConnection: keep-alive\r\n\r\nshared"));
}

TEST(Serialize, SendsNoBodyWhereNoneMayBe) {
  for (const int status : {204, 304}) {
    const std::string bytes = serialize(answer(status, "never sent"), true, false);
    EXPECT_EQ(bytes.find("Content-Length"), std::string::npos) << status;
    EXPECT_TRUE(bytes.ends_with("\r\n\r\n")) << status;
  }
}

TEST(Serialize, Writes101WithItsOwnHeadersOnly) {
  Response response;
  response.status = 101;
  response.headers.add("Upgrade", "websocket");
  response.headers.add("Connection", "Upgrade");
  EXPECT_EQ(serialize(response, true, false),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
}

// Two lengths in one answer would desynchronise whoever reads it.
TEST(Serialize, ReplacesFramingOfTheApplication) {
  Response response = answer(200, "ok");
  response.headers.add("content-length", "7");
  response.headers.add("Transfer-Encoding", "chunked");
  response.headers.add("connection", "close");
  EXPECT_EQ(serialize(response, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
}

TEST(SerializeDeathTest, RefusesToInjectHeaders) {
  const std::string injected[] = {"a\r\nX: b", "a\nb", "a\rb", std::string("a\0b", 3)};
  for (const std::string& value : injected) {
    Response response = answer(200, "");
    response.headers.add("Location", value);
    EXPECT_DEATH(serialize(response, true, false), "CHECK");
  }
  Response response = answer(200, "");
  response.headers.add("Bad Name", "x");
  EXPECT_DEATH(serialize(response, true, false), "CHECK");
}

TEST(Serialize, NamesEveryStatusWeSend) {
  for (const int status : {101, 200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409,
                           413, 414, 415, 422, 426, 429, 431, 500, 501, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(799), "Unknown");
}

}  // namespace
}  // namespace sio::http
