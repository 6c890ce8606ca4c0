#include "ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sio {
namespace {

SessionId sample() {
  SessionId id;
  id.handle = 0x0300'0001'0000'0002;
  for (std::size_t i = 0; i < id.secret.size(); ++i) id.secret[i] = static_cast<char>(0xF0U + i);
  return id;
}

TEST(Ids, SessionIdIsReadBackAsWritten) {
  const std::string text = format_session_id(sample());
  EXPECT_EQ(text.size(), 32U);
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  const auto back = parse_session_id(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->handle, sample().handle);
  EXPECT_EQ(back->secret, sample().secret);
}

TEST(Ids, SocketIdIsReadBackAsWritten) {
  const SocketSalt salt{1, 2, 3, 4, 5, 6, -7};
  const std::string text = format_socket_id(sample().handle, salt);
  EXPECT_EQ(text.size(), 20U);
  const auto back = parse_socket_id(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->first, sample().handle);
  EXPECT_EQ(back->second, salt);
}

// Two texts of one id would be two names of one room.
TEST(Ids, EveryTextIsAnotherId) {
  const std::string text = format_socket_id(1, {});
  std::set<std::pair<Handle, SocketSalt>> seen;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'B', 'b', '7', '_', '-'}) {
      std::string other = text;
      if (std::exchange(other[i], c) == c) continue;
      const auto id = parse_socket_id(other);
      ASSERT_TRUE(id);
      EXPECT_TRUE(seen.insert(*id).second) << other;
    }
  }
}

TEST(Ids, E7_WhatIsNoIdIsNone) {
  const std::string session = format_session_id(sample());
  for (const std::string& bad :
       {std::string(), session.substr(1), session + "A", session + "AAAA", std::string(32, '+'), std::string(32, '='),
        std::string(32, '\0'), std::string(32, '\xFF')}) {
    EXPECT_FALSE(parse_session_id(bad)) << bad;
  }
  EXPECT_FALSE(parse_socket_id(session));
  EXPECT_FALSE(parse_session_id(format_socket_id(1, {})));
}

TEST(Ids, SecretsAreEqualOnlyIfEveryByteIs) {
  const SessionSecret secret = sample().secret;
  EXPECT_TRUE(equal_secrets(secret, secret));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    SessionSecret other = secret;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(equal_secrets(secret, other)) << i;
  }
}

}  // namespace
}  // namespace sio
