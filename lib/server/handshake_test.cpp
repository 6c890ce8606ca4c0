#include "sio/server/handshake.hpp"

#include <gtest/gtest.h>

namespace sio {
namespace {

http::Headers sample() {
  http::Headers headers;
  headers.add("Host", "test");
  headers.add("Connection", "Upgrade");
  headers.add("upgrade", "websocket");
  headers.add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
  headers.add("Sec-WebSocket-Version", "13");
  headers.add("Sec-WebSocket-Extensions", "permessage-deflate");
  headers.add("Authorization", "Bearer x");
  headers.add("X-Empty", "");
  headers.add("authorization", "second");
  headers.add("X-Long", std::string(5'000, 'x'));
  return headers;
}

TEST(Handshake, HeadersAreFoundWithoutCase) {
  const HandshakeHeaders headers(sample());
  EXPECT_EQ(headers.find("host"), "test");
  EXPECT_EQ(headers.find("AUTHORIZATION"), "Bearer x");  // the first
  EXPECT_EQ(headers.find("x-long"), std::string(5'000, 'x'));
  EXPECT_EQ(headers.find("x-empty"), "");
  EXPECT_TRUE(headers.contains("x-empty"));
  EXPECT_FALSE(headers.contains("x"));
  EXPECT_EQ(headers.find("x"), "");
  EXPECT_EQ(HandshakeHeaders().find("host"), "");
}

TEST(Handshake, HeadersOfTheConnectionAreLeftOut) {
  const HandshakeHeaders headers(sample());
  for (const char* name :
       {"connection", "upgrade", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"}) {
    EXPECT_FALSE(headers.contains(name)) << name;
  }
}

TEST(Handshake, KeepOnlyForgetsTheOthers) {
  HandshakeHeaders headers(sample());
  headers.keep_only([](std::string_view name) { return equals_ignore_case(name, "authorization"); });
  EXPECT_EQ(headers.find("authorization"), "Bearer x");
  EXPECT_FALSE(headers.contains("host"));
  EXPECT_LT(headers.memory_bytes(), 60U);
  headers.keep_only([](std::string_view) { return false; });
  EXPECT_EQ(headers.memory_bytes(), 0U);
}

TEST(Handshake, QueryKeepsAnyBytes) {
  const HandshakeQuery query(http::Query::parse("EIO=4&token=a%00b&transport=polling&Token=c&empty&t=x&sid=y"));
  EXPECT_EQ(query.find("token"), std::string_view("a\0b", 3));
  EXPECT_EQ(query.find("Token"), "c");
  EXPECT_TRUE(query.contains("empty"));
  EXPECT_FALSE(query.contains("empt"));
}

TEST(Handshake, ParametersOfTheProtocolAreLeftOut) {
  const HandshakeQuery query(http::Query::parse("EIO=4&transport=polling&t=x&sid=y"));
  for (const char* name : {"EIO", "transport", "t", "sid"}) EXPECT_FALSE(query.contains(name)) << name;
  EXPECT_EQ(query.memory_bytes(), 0U);
}

}  // namespace
}  // namespace sio
