#include "parley/auth/tokens.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "parley/auth/base64url.hpp"
#include "sio/base/check.hpp"
#include "sio/base/out_of_memory.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"

namespace parley::auth {
namespace {

// {"alg":"HS256","typ":"JWT"}
constexpr std::string_view kHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kTextClaimBytesMax = 64;

std::string_view to_text(TokenType type) { return type == TokenType::access ? "access" : "refresh"; }

struct MacContextFree {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, MacContextFree>;

std::optional<std::int64_t> parse_id(const sio::json::Value& value) {
  if (!value.is_string()) return value.as_int64();
  std::string buffer;
  const std::string_view text = *value.as_string(buffer);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

// The claims of a payload whose signature is ours; none if one is absent or of the wrong kind.
std::optional<TokenClaims> parse_claims(std::string_view payload) {
  if (sio::json::scan(payload, {.depth_max = 4, .members_max = 32}) != sio::json::Error::none) return std::nullopt;
  TokenClaims claims;
  enum : unsigned { sub = 1, role = 2, type = 4, iat = 8, nbf = 16, exp = 32, jti = 64, sid = 128, all = 255 };
  unsigned seen = 0;
  std::string buffer;
  const auto text = [&](const sio::json::Value& value, std::string& into, unsigned claim) {
    const auto string = value.as_string(buffer);
    if (!string || string->size() > kTextClaimBytesMax) return;
    into = *string;
    seen |= claim;
  };
  const auto number = [&](const sio::json::Value& value, std::int64_t& into, unsigned claim) {
    const auto integer = value.as_int64();
    if (!integer) return;
    into = *integer;
    seen |= claim;
  };
  std::string type_text;
  for (const sio::json::Member& member : sio::json::Value(payload).members()) {
    const std::string_view key = member.raw_key;
    if (key == "sub") {
      const auto id = parse_id(member.value);
      if (id && *id > 0) {
        claims.user_id = *id;
        seen |= sub;
      }
    } else if (key == "role") {
      text(member.value, claims.role, role);
    } else if (key == "type") {
      text(member.value, type_text, type);
    } else if (key == "iat") {
      number(member.value, claims.issued_unix_s, iat);
    } else if (key == "nbf") {
      number(member.value, claims.not_before_unix_s, nbf);
    } else if (key == "exp") {
      number(member.value, claims.expires_unix_s, exp);
    } else if (key == "jti") {
      text(member.value, claims.token_id, jti);
    } else if (key == "sid") {
      text(member.value, claims.login_id, sid);
    }
  }
  if (seen != all) return std::nullopt;
  if (type_text == to_text(TokenType::refresh)) {
    claims.type = TokenType::refresh;
  } else if (type_text != to_text(TokenType::access)) {
    return std::nullopt;
  }
  return claims;
}

}  // namespace

// An initialised HMAC; each computation works on a copy of it, so the key is set up once and threads do not meet.
struct TokenCodec::Mac {
  explicit Mac(const SecretKey& key) {
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    keyed.reset(hmac == nullptr ? nullptr : EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    std::array<char, 7> digest{'S', 'H', 'A', '2', '5', '6', '\0'};
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    if (keyed == nullptr || EVP_MAC_init(keyed.get(), reinterpret_cast<const unsigned char*>(key.bytes().data()),
                                         key.bytes().size(), parameters.data()) != 1) {
      throw std::runtime_error("OpenSSL gives no HMAC with SHA-256");  // while starting
    }
  }

  // The signature of `text` as base64url.
  std::string sign(std::string_view text) const {
    const MacContext context(EVP_MAC_CTX_dup(keyed.get()));
    if (context == nullptr) sio::fail_without_memory();
    std::array<unsigned char, kMacBytes> mac{};
    std::size_t size = 0;
    // With a key and a digest that are set, only lack of memory makes these fail.
    if (EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
        EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) != 1) {
      sio::fail_without_memory();
    }
    SIO_CHECK(size == mac.size());
    return base64url_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
  }

  MacContext keyed;
};

std::string_view to_code(TokenError error) {
  switch (error) {
    case TokenError::missing:
      return "token_missing";
    case TokenError::invalid:
      return "token_invalid";
    case TokenError::expired:
      return "token_expired";
    case TokenError::revoked:
      return "token_revoked";
  }
  return "token_invalid";
}

TokenCodec::TokenCodec(const SecretKey& key) : mac_(std::make_unique<Mac>(key)) {}
TokenCodec::~TokenCodec() = default;
TokenCodec::TokenCodec(TokenCodec&&) noexcept = default;
TokenCodec& TokenCodec::operator=(TokenCodec&&) noexcept = default;

std::string TokenCodec::sign(const TokenClaims& claims) const {
  SIO_CHECK(claims.user_id > 0 && claims.role.size() <= kTextClaimBytesMax &&
            claims.token_id.size() <= kTextClaimBytesMax && claims.login_id.size() <= kTextClaimBytesMax);
  std::string payload;
  payload.reserve(256);
  sio::json::Writer json(payload);
  json.begin_object()
      .member("sub", std::to_string(claims.user_id))
      .member("role", claims.role)
      .member("type", to_text(claims.type))
      .member("iat", claims.issued_unix_s)
      .member("nbf", claims.not_before_unix_s)
      .member("exp", claims.expires_unix_s)
      .member("jti", claims.token_id)
      .member("sid", claims.login_id)
      .end_object();
  std::string token(kHeader);
  token.append(".").append(base64url_encode(payload));
  const std::string signature = mac_->sign(token);
  token.append(".").append(signature);
  SIO_CHECK(token.size() <= kTokenBytesMax);
  return token;
}

sio::Result<TokenClaims, TokenError> TokenCodec::verify(std::string_view token, TokenType expected,
                                                        std::int64_t now_unix_s) const {
  if (token.empty()) return sio::fail(TokenError::missing);
  if (token.size() > kTokenBytesMax || !token.starts_with(kHeader)) return sio::fail(TokenError::invalid);
  if (token.substr(kHeader.size(), 1) != ".") return sio::fail(TokenError::invalid);
  const std::size_t dot = token.find('.', kHeader.size() + 1);
  if (dot == std::string_view::npos) return sio::fail(TokenError::invalid);

  // The signature is compared as text, so only its canonical form passes; a third dot would be part of it.
  const std::string_view signature = token.substr(dot + 1);
  const std::string good = mac_->sign(token.substr(0, dot));
  if (signature.size() != good.size() || CRYPTO_memcmp(signature.data(), good.data(), good.size()) != 0) {
    return sio::fail(TokenError::invalid);
  }
  const auto payload = base64url_decode(token.substr(kHeader.size() + 1, dot - kHeader.size() - 1));
  if (!payload) return sio::fail(TokenError::invalid);
  auto claims = parse_claims(*payload);
  if (!claims || claims->type != expected) return sio::fail(TokenError::invalid);
  const std::int64_t latest_start = now_unix_s + kTokenLeewaySeconds;
  if (claims->not_before_unix_s > latest_start || claims->issued_unix_s > latest_start) {
    return sio::fail(TokenError::invalid);
  }
  if (claims->expires_unix_s <= now_unix_s - kTokenLeewaySeconds) return sio::fail(TokenError::expired);
  return std::move(*claims);
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kBearer = "bearer";
  if (authorization.size() <= kBearer.size() || authorization[kBearer.size()] != ' ') return {};
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kBearer[i]) return {};
  }
  const std::size_t start = authorization.find_first_not_of(' ', kBearer.size());
  return start == std::string_view::npos ? std::string_view{} : authorization.substr(start);
}

}  // namespace parley::auth
