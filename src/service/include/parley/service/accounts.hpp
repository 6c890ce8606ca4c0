// Signing up, logging in, refreshing, logging out: the use cases around passwords and refresh tokens. Blocks, and
// hashes (20 ms): register_user, log_in, change_password and reset_password belong on the hash pool, the rest on any
// pool thread. Counts no attempts and knows no addresses of clients: limits are the caller's, before it asks here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/auth/passwords.hpp"
#include "parley/auth/tokens.hpp"
#include "parley/domain/user.hpp"
#include "parley/domain/validation.hpp"
#include "parley/service/access.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/one_time_codes.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

struct TokenLifetimes {
  std::chrono::seconds access{24 * 3'600};
  std::chrono::seconds refresh{30 * 24 * 3'600};
};

// What the caller's rule (--admin-signup) says about an admin who signs up; users always may.
enum class AdminSignupDecision : std::uint8_t { allowed, only_first, by_invite, refused };

struct Registration {
  std::string_view name;
  std::string_view email;
  std::string_view password;
  std::string_view role;
  AdminSignupDecision admin = AdminSignupDecision::refused;
  std::string_view invite = {};  // looked at for by_invite alone
  std::int64_t now_unix_us = 0;
};

enum class Field : std::uint8_t { name, email, password, role };
std::string_view to_string(Field field);  // as in the request
struct FieldFlaw {
  Field field;
  domain::Flaw flaw;
};

struct RegistrationRefused {
  enum class Why : std::uint8_t { invalid_fields, admin_signup_closed, email_taken, storage_unavailable };
  Why why;
  std::vector<FieldFlaw> flaws;  // for invalid_fields: each field that is wrong, once, in the order of Field
};

enum class LoginError : std::uint8_t {
  invalid_credentials,  // unknown address, wrong password, another role, disabled: nobody learns which
  storage_unavailable,
};

// A pair of tokens for a login.
struct Grant {
  domain::User user;
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{};  // of the access token
};

// A code as it is shown, once.
struct IssuedCode {
  std::string code;
  std::int64_t expires_unix_us = 0;
};

enum class PasswordChangeError : std::uint8_t {
  wrong_password,
  invalid_code,
  unacceptable,  // the new one: see check_password()
  not_found,
  storage_unavailable,
};

class Accounts {
 public:
  // All must outlive it.
  Accounts(Directory& directory, Logins& logins, OneTimeCodes& codes, const auth::PasswordHasher& hasher,
           const auth::TokenCodec& codec, TokenLifetimes lifetimes);

  sio::Result<domain::UserId, RegistrationRefused> register_user(const Registration& request);

  // `role` empty: any. Every failure costs the same hash, also for an address that nobody has.
  sio::Result<Grant, LoginError> log_in(std::string_view email, std::string_view password, std::string_view role,
                                        std::int64_t now_unix_us);
  // A refresh token works once, and again for 10 s; used later, its login ends.
  sio::Result<Grant, AccessError> refresh(std::string_view refresh_token, std::int64_t now_unix_us);

  // The login of `who` stays, all others end.
  sio::Result<void, PasswordChangeError> change_password(const Principal& who, std::string_view current,
                                                         std::string_view fresh);

  // With a code from issue_reset(); all logins of its user end.
  sio::Result<domain::User, PasswordChangeError> reset_password(std::string_view code, std::string_view fresh,
                                                                std::int64_t now_unix_us);
  // `by`: the admin; none: an operator. not_found: no such user.
  sio::Result<IssuedCode, AccountError> invite(std::optional<domain::UserId> by, std::int64_t now_unix_us);
  sio::Result<IssuedCode, AccountError> issue_reset(domain::UserId user, std::optional<domain::UserId> by,
                                                    std::int64_t now_unix_us);

  sio::Result<void, AccountError> log_out(const Principal& who);
  sio::Result<void, AccountError> log_out_everywhere(const Principal& who);

  // For operators: no rule about sign-up holds, those about names, addresses and passwords do. `admin` is not looked
  // at.
  sio::Result<domain::UserId, RegistrationRefused> add_user(const Registration& request);
  // All logins of the user end.
  sio::Result<void, PasswordChangeError> set_password(domain::UserId user, std::string_view fresh);

 private:
  std::optional<RegistrationRefused> refusal_of_admin(const Registration& request, std::optional<CodeUse>& invite);
  sio::Result<domain::UserId, RegistrationRefused> add(const Registration& request, bool only_if_no_admin,
                                                       std::optional<CodeUse> invite);
  Grant grant(const domain::User& user, const std::string& login_id, const std::string& refresh_token_id,
              std::int64_t now_unix_us) const;

  Directory& directory_;
  Logins& logins_;
  OneTimeCodes& codes_;
  const auth::PasswordHasher& hasher_;
  const auth::TokenCodec& codec_;
  TokenLifetimes lifetimes_;
};

}  // namespace parley::service
