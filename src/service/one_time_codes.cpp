// The use cases of Accounts around codes that work once.
#include "parley/service/one_time_codes.hpp"

#include "parley/service/accounts.hpp"

namespace parley::service {
namespace {

// A code with its digest as it is kept.
struct Made {
  IssuedCode issued;
  NewCode kept;
};
Made make(std::optional<domain::UserId> by, std::chrono::microseconds life, std::int64_t now_unix_us) {
  auth::OneTimeCode code = auth::new_one_time_code();
  const std::int64_t expires = now_unix_us + life.count();
  return {{std::move(code.text), expires}, {std::move(code.digest), by, now_unix_us, expires}};
}

}  // namespace

sio::Result<IssuedCode, AccountError> Accounts::invite(std::optional<domain::UserId> by, std::int64_t now_unix_us) {
  Made made = make(by, kInviteLife, now_unix_us);
  const auto added = codes_.add_invite(std::move(made.kept));
  if (!added) return sio::fail(added.error());
  return std::move(made.issued);
}

sio::Result<IssuedCode, AccountError> Accounts::issue_reset(domain::UserId user, std::optional<domain::UserId> by,
                                                            std::int64_t now_unix_us) {
  Made made = make(by, kResetLife, now_unix_us);
  const auto added = codes_.add_reset(user, std::move(made.kept));
  if (!added) return sio::fail(added.error());
  return std::move(made.issued);
}

// A code that does not stand costs no hash.
sio::Result<domain::User, PasswordChangeError> Accounts::reset_password(std::string_view code, std::string_view fresh,
                                                                        std::int64_t now_unix_us) {
  if (domain::check_password(fresh) != domain::Flaw::none) return sio::fail(PasswordChangeError::unacceptable);
  const auto digest = auth::digest_of_code(code);
  if (!digest) return sio::fail(PasswordChangeError::invalid_code);
  const CodeUse use{*digest, now_unix_us};
  const auto stands = codes_.reset_stands(use);
  if (!stands) return sio::fail(PasswordChangeError::storage_unavailable);
  if (!*stands) return sio::fail(PasswordChangeError::invalid_code);
  auto user = codes_.reset_password(use, hasher_.hash(fresh));
  if (user) return std::move(*user);
  return sio::fail(user.error() == AccountError::storage_unavailable ? PasswordChangeError::storage_unavailable
                                                                     : PasswordChangeError::invalid_code);
}

}  // namespace parley::service
