// Tokens: nothing passes that the key has not signed, whatever it looks like; what is signed comes back with its claims
// and holds its times to the second. The first byte of an input chooses: a token as text, a payload that is signed here
// (so that the claims are reached), or claims.

// libFuzzer: -max_len=480

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz_input.hpp"
#include "parley/auth/base64url.hpp"
#include "parley/auth/testing/forged_tokens.hpp"
#include "parley/auth/tokens.hpp"
#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"

namespace {

using namespace parley::auth;

constexpr std::int64_t kNow = 1'732'700'000;
constexpr std::string_view kHeaderJson = R"({"alg":"HS256","typ":"JWT"})";
const std::string kKeyBytes(32, 'k');

const TokenCodec& codec() {
  static const TokenCodec tokens = [] {
    TokenCodec first{SecretKey(kKeyBytes)};
    TokenCodec second(std::move(first));
    first = std::move(second);
    return first;
  }();
  return tokens;
}

bool same(const TokenClaims& a, const TokenClaims& b) {
  return a.user_id == b.user_id && a.role == b.role && a.type == b.type && a.issued_unix_s == b.issued_unix_s &&
         a.not_before_unix_s == b.not_before_unix_s && a.expires_unix_s == b.expires_unix_s &&
         a.token_id == b.token_id && a.login_id == b.login_id;
}

// sign() takes no control characters.
bool is_signable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// What passed: three parts, the one header, a signature that OpenSSL's other interface computes too.
void check_accepted(std::string_view token, const TokenClaims& claims, TokenType type) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  SIO_CHECK(first != second && token.find('.', first + 1) == second);
  SIO_CHECK(token.substr(0, first) == base64url_encode(kHeaderJson));
  SIO_CHECK(token.substr(second + 1) ==
            base64url_encode(testing::hmac(EVP_sha256(), kKeyBytes, token.substr(0, second))));
  SIO_CHECK(claims.user_id > 0 && claims.type == type && claims.role.size() <= 64);
  SIO_CHECK(claims.expires_unix_s > kNow - kTokenLeewaySeconds);
  SIO_CHECK(claims.not_before_unix_s <= kNow + kTokenLeewaySeconds);
  SIO_CHECK(claims.issued_unix_s <= kNow + kTokenLeewaySeconds);
  if (is_signable(claims.role) && is_signable(claims.token_id) && is_signable(claims.login_id)) {
    const auto again = codec().verify(codec().sign(claims), type, kNow);
    SIO_CHECK(again.ok() && same(*again, claims));
  }
}

// The verdict on a token as one of `type`; if it passes, it is none of the other type.
std::optional<TokenError> check_token(std::string_view token, TokenType type) {
  const auto result = codec().verify(token, type, kNow);
  if (!result.ok()) {
    SIO_CHECK(to_code(result.error()).starts_with("token_") && result.error() != TokenError::revoked);
    return result.error();
  }
  check_accepted(token, *result, type);
  const auto as_other = codec().verify(token, type == TokenType::access ? TokenType::refresh : TokenType::access, kNow);
  SIO_CHECK(!as_other.ok() && as_other.error() == TokenError::invalid);
  return std::nullopt;
}

void check_text(std::string_view text, TokenType type) {
  const auto error = check_token(text, type);
  SIO_CHECK((error == TokenError::missing) == text.empty());
  SIO_CHECK(to_code(TokenError::revoked) == "token_revoked");  // for others to say
  const std::string_view bearer = bearer_token(text);
  SIO_CHECK(bearer.empty() || (text.ends_with(bearer) && bearer.front() != ' ' && text[6] == ' '));
  SIO_CHECK(bearer_token("bEaReR  x" + std::string(text)) == "x" + std::string(text));

  if (const auto bytes = base64url_decode(text)) SIO_CHECK(base64url_encode(*bytes) == text);
  SIO_CHECK(base64url_decode(base64url_encode(text)) == text);
}

// Any payload under a good signature; and with a bit of the token turned, under none.
void check_signed(std::string_view payload, TokenType type, unsigned turned) {
  std::string token = testing::join(kHeaderJson, payload, kKeyBytes);
  if (turned == 0) {
    check_token(token, type);
  } else {
    const std::size_t at = token.size() - turned;
    token[at] = static_cast<char>(token[at] ^ 1);
    SIO_CHECK(check_token(token, type) == TokenError::invalid);
  }
}

void check_claims(sio::fuzz::Input& input) {
  const auto text = [&] {
    const std::string_view bytes = input.bytes(input.byte() % 65);
    return sio::is_utf8(bytes) && is_signable(bytes) ? std::string(bytes) : std::string(bytes.size(), '"');
  };
  // Times near now, where the verdict turns, or anywhere.
  const auto time = [&] {
    const unsigned choice = input.byte();
    return choice < 192 ? kNow + static_cast<std::int64_t>(choice) - 96 : static_cast<std::int64_t>(input.number(8));
  };
  TokenClaims claims;
  claims.type = input.byte() % 2 == 0 ? TokenType::access : TokenType::refresh;
  claims.user_id = static_cast<std::int64_t>(input.number(8) >> 1U | 1U);
  claims.issued_unix_s = time();
  claims.not_before_unix_s = time();
  claims.expires_unix_s = time();
  claims.role = text();
  claims.token_id = text();
  claims.login_id = text();
  const std::string token = codec().sign(claims);
  SIO_CHECK(token.size() <= kTokenBytesMax);
  const auto result = codec().verify(token, claims.type, kNow);
  const bool early = claims.issued_unix_s > kNow + 30 || claims.not_before_unix_s > kNow + 30;
  const bool late = claims.expires_unix_s <= kNow - 30;
  SIO_CHECK(result.ok() == (!early && !late));
  if (result.ok()) {
    SIO_CHECK(same(*result, claims));
  } else {
    SIO_CHECK(result.error() == (early ? TokenError::invalid : TokenError::expired));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const unsigned choice = input.byte();
  const TokenType type = (choice & 4U) == 0 ? TokenType::access : TokenType::refresh;
  switch (choice & 3U) {
    case 0:
      check_text(input.rest(), type);
      break;
    case 1:
      check_claims(input);
      break;
    default:
      check_signed(input.rest(), type, choice >> 3U);
  }
  return 0;
}
