// Who a request or socket is: from an access token to the person as the database knows them now. Decides about access
// tokens only; passwords and refresh tokens are accounts.hpp's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parley/auth/tokens.hpp"
#include "parley/domain/user.hpp"
#include "parley/service/logins.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

struct Principal {
  domain::User user;  // its role is the database's
  std::string login_id;
  std::int64_t expires_unix_s = 0;  // of the token, leeway not included
};

enum class AccessError : std::uint8_t {
  token_missing,
  token_invalid,
  token_expired,
  token_revoked,  // the login has ended or its user is disabled
  storage_unavailable,
};
// As on the wire: "token_missing", …, "storage_unavailable".
std::string_view to_code(AccessError error);
AccessError to_access_error(auth::TokenError error);

// Remembers who is behind a login, so that a socket or request costs no read as a rule. Register it as the store's
// AccountListener: what changes is forgotten before the change is answered. Bounded; usable from any thread.
class Access final : public AccountListener {
 public:
  Access(const auth::TokenCodec& codec, Logins& logins, std::size_t users_remembered_max = 100'000);

  // Reads the store when it must: on pool threads.
  sio::Result<Principal, AccessError> authenticate(std::string_view token, std::int64_t now_unix_s);
  // Never blocks: none means that authenticate() has to be asked, on a pool thread.
  std::optional<sio::Result<Principal, AccessError>> try_authenticate(std::string_view token, std::int64_t now_unix_s);

  void on_account_changed(const AccountChange& change) noexcept override;

 private:
  // A user as the database had them, and those of their logins that were seen to stand.
  struct Known {
    domain::User user;
    std::vector<std::string> logins;
  };
  struct Stripe {
    std::mutex mutex;
    std::uint64_t version = 0;  // grows with each change, so that a read under way meanwhile puts nothing old back
    std::unordered_map<domain::UserId, Known> users;
  };
  static constexpr std::size_t kStripes = 16;
  static constexpr std::size_t kLoginsPerUserMax = 32;

  Stripe& stripe_of(domain::UserId user);
  std::optional<domain::User> recall(const auth::TokenClaims& claims);
  void remember(const domain::User& user, const std::string& login_id, std::uint64_t before);

  const auth::TokenCodec& codec_;
  Logins& logins_;
  std::size_t users_per_stripe_max_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace parley::service
