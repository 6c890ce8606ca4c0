// Access and refresh tokens: JWT with HS256 and nothing else. The header is one fixed text, compared as bytes, so no
// field of a token (alg, kid, jwk, …) can choose how it is checked. Knows no users, logins or revocations: those are
// the store's; time is passed in. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parley/auth/secret_key.hpp"
#include "sio/base/result.hpp"

namespace parley::auth {

inline constexpr std::size_t kTokenBytesMax = 1024;
inline constexpr std::int64_t kTokenLeewaySeconds = 30;

enum class TokenType : std::uint8_t { access, refresh };

enum class TokenError : std::uint8_t {
  missing,
  invalid,  // forged, damaged, of the other type, not yet valid
  expired,  // ours, but over (leeway included)
  revoked,  // never from TokenCodec: for whoever knows the login or the user to be gone
};
// "token_missing", "token_invalid", "token_expired", "token_revoked".
std::string_view to_code(TokenError error);

struct TokenClaims {
  std::int64_t user_id = 0;  // sub; positive
  std::string role;          // as it was at login; the role that counts is the database's
  TokenType type = TokenType::access;
  std::int64_t issued_unix_s = 0;      // iat
  std::int64_t not_before_unix_s = 0;  // nbf
  std::int64_t expires_unix_s = 0;     // exp
  std::string token_id;                // jti
  std::string login_id;                // sid: the login this token belongs to
};

// Signs and checks. Immutable after construction: usable from several threads at once.
class TokenCodec {
 public:
  explicit TokenCodec(const SecretKey& key);
  ~TokenCodec();
  TokenCodec(TokenCodec&&) noexcept;
  TokenCodec& operator=(TokenCodec&&) noexcept;

  // Compact form, about 350 bytes. `role`, `token_id` and `login_id` are at most 64 bytes of UTF-8 each, without
  // control characters (which JSON writes six times as long: too long for a token).
  std::string sign(const TokenClaims& claims) const;

  // Claims of a token of type `expected` that is valid at `now_unix_s`; under 5 µs. An empty text is `missing`.
  // Expiry is only told of tokens whose signature is ours. 30 s of leeway for nbf, iat and exp.
  sio::Result<TokenClaims, TokenError> verify(std::string_view token, TokenType expected,
                                              std::int64_t now_unix_s) const;

 private:
  struct Mac;
  std::unique_ptr<Mac> mac_;
};

// The token of an `Authorization` value: "Bearer <token>", scheme without case, exactly one space or more between.
// Empty when the value is absent or of another scheme.
std::string_view bearer_token(std::string_view authorization);

}  // namespace parley::auth
