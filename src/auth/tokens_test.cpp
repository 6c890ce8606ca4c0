#include "parley/auth/tokens.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

#include "parley/auth/testing/forged_tokens.hpp"

namespace parley::auth {
namespace {

constexpr std::int64_t kNow = 1'732'700'000;
constexpr std::int64_t kDay = 24 * 3600;
constexpr std::string_view kHeaderJson = R"({"alg":"HS256","typ":"JWT"})";
const std::string kKeyBytes(32, 'k');

TokenCodec codec() { return TokenCodec(SecretKey(kKeyBytes)); }

TokenClaims claims(TokenType type = TokenType::access) {
  return {7, "admin", type, kNow, kNow, kNow + kDay, "token-id", "login-id"};
}

TokenError error_of(const TokenCodec& tokens, std::string_view token, std::int64_t now = kNow,
                    TokenType type = TokenType::access) {
  const auto result = tokens.verify(token, type, now);
  EXPECT_FALSE(result.ok()) << token;
  return result.ok() ? TokenError::missing : result.error();
}

TEST(Tokens, ASignedTokenComesBackWithAllItsClaims) {
  const TokenCodec tokens = codec();
  const auto back = tokens.verify(tokens.sign(claims()), TokenType::access, kNow);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->user_id, 7);
  EXPECT_EQ(back->role, "admin");
  EXPECT_EQ(back->type, TokenType::access);
  EXPECT_EQ(back->issued_unix_s, kNow);
  EXPECT_EQ(back->not_before_unix_s, kNow);
  EXPECT_EQ(back->expires_unix_s, kNow + kDay);
  EXPECT_EQ(back->token_id, "token-id");
  EXPECT_EQ(back->login_id, "login-id");
}

TEST(Tokens, TheSignatureIsPlainHs256OfTheKeysBytes) {
  const TokenCodec tokens = codec();
  const std::string token = tokens.sign(claims());
  const std::string payload = *base64url_decode(token.substr(37, token.rfind('.') - 37));
  EXPECT_EQ(token, testing::join(kHeaderJson, payload, kKeyBytes));
}

TEST(Tokens, A5_NoForgeryIsTakenForAToken) {
  const TokenCodec tokens = codec();
  const std::string good = tokens.sign(claims());
  const auto forgeries = testing::forged_tokens(good);
  EXPECT_GE(forgeries.size(), 300U);
  for (const auto& forgery : forgeries) {
    EXPECT_NE(forgery.token, good) << forgery.what;
    EXPECT_EQ(error_of(tokens, forgery.token), TokenError::invalid) << forgery.what;
    EXPECT_EQ(error_of(tokens, forgery.token, kNow + 2 * kDay), TokenError::invalid) << forgery.what;
  }
}

TEST(Tokens, A5_AnotherKeySignsNothingForUs) {
  const TokenCodec theirs(SecretKey(std::string(32, 'x')));
  EXPECT_EQ(error_of(codec(), theirs.sign(claims())), TokenError::invalid);
}

TEST(Tokens, A5_SignedClaimsThatAreNotOursAreInvalid) {
  const TokenCodec tokens = codec();
  for (
      const std::string_view payload : {
          R"({})",
          R"([])",
          R"(7)",
          R"({"sub":"7"})",
          R"({"sub":7.5,"role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"7x","role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"-7","role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"0","role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"7","role":"user","type":"Access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"7","role":"user","type":"access","iat":1,"nbf":1,"exp":"9999999999","jti":"a","sid":"b"})",
          R"({"sub":"7","sub":"8","role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"})",
          R"({"sub":"7","role":"user","type":"access","iat":1,"nbf":1,"exp":9999999999,"jti":"a","sid":"b"}x)",
      }) {
    EXPECT_EQ(error_of(tokens, testing::join(kHeaderJson, payload, kKeyBytes)), TokenError::invalid) << payload;
  }
}

TEST(Tokens, A6_TheOtherTypeIsInvalid) {
  const TokenCodec tokens = codec();
  EXPECT_EQ(error_of(tokens, tokens.sign(claims(TokenType::refresh))), TokenError::invalid);
  EXPECT_EQ(error_of(tokens, tokens.sign(claims()), kNow, TokenType::refresh), TokenError::invalid);
  EXPECT_TRUE(tokens.verify(tokens.sign(claims(TokenType::refresh)), TokenType::refresh, kNow).ok());
}

TEST(Tokens, A6_ATokenEndsThirtySecondsAfterItsExpiry) {
  const TokenCodec tokens = codec();
  const std::string token = tokens.sign(claims());
  EXPECT_TRUE(tokens.verify(token, TokenType::access, kNow + kDay + 29).ok());
  EXPECT_EQ(error_of(tokens, token, kNow + kDay + 30), TokenError::expired);
}

TEST(Tokens, A6_ATokenCountsThirtySecondsBeforeItsBeginning) {
  const TokenCodec tokens = codec();
  const std::string token = tokens.sign(claims());
  EXPECT_TRUE(tokens.verify(token, TokenType::access, kNow - 30).ok());
  EXPECT_EQ(error_of(tokens, token, kNow - 31), TokenError::invalid);
}

TEST(Tokens, TheLongestClaimsStillMakeAToken) {
  const TokenCodec tokens = codec();
  TokenClaims longest = claims();
  longest.user_id = std::numeric_limits<std::int64_t>::max();
  longest.role = longest.token_id = longest.login_id = std::string(64, '"');  // written with a backslash each
  const auto back = tokens.verify(tokens.sign(longest), TokenType::access, kNow);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->login_id, longest.login_id);
}

TEST(Tokens, NothingIsMissing) { EXPECT_EQ(error_of(codec(), ""), TokenError::missing); }

TEST(Tokens, EveryErrorHasItsCode) {
  EXPECT_EQ(to_code(TokenError::missing), "token_missing");
  EXPECT_EQ(to_code(TokenError::invalid), "token_invalid");
  EXPECT_EQ(to_code(TokenError::expired), "token_expired");
  EXPECT_EQ(to_code(TokenError::revoked), "token_revoked");
}

TEST(Tokens, BearerIsReadWithoutCaseAndNothingElseIs) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bEARER   abc"), "abc");
  EXPECT_EQ(bearer_token("Bearer a b"), "a b");
  EXPECT_EQ(bearer_token(""), "");
  EXPECT_EQ(bearer_token("Bearer"), "");
  EXPECT_EQ(bearer_token("Bearer "), "");
  EXPECT_EQ(bearer_token("Bearerabc"), "");
  EXPECT_EQ(bearer_token("Basic abc"), "");
}

}  // namespace
}  // namespace parley::auth
