#include "parley/service/accounts.hpp"

#include <utility>

#include "parley/auth/random.hpp"

namespace parley::service {

namespace {

using Why = RegistrationRefused::Why;

constexpr std::int64_t kMicroseconds = 1'000'000;

sio::Failure<RegistrationRefused> refused(Why why, std::vector<FieldFlaw> flaws = {}) {
  return sio::fail(RegistrationRefused{why, std::move(flaws)});
}

std::vector<FieldFlaw> flaws_of(const Registration& request) {
  std::vector<FieldFlaw> flaws;
  const auto look = [&](Field field, domain::Flaw flaw) {
    if (flaw != domain::Flaw::none) flaws.push_back({field, flaw});
  };
  look(Field::name, domain::check_name(request.name));
  look(Field::email, domain::check_email(request.email));
  look(Field::password, domain::check_password(request.password));
  look(Field::role, domain::check_role(request.role));
  return flaws;
}

PasswordChangeError to_change_error(AccountError error) {
  if (error == AccountError::changed_meanwhile) return PasswordChangeError::wrong_password;
  return error == AccountError::not_found ? PasswordChangeError::not_found : PasswordChangeError::storage_unavailable;
}

std::int64_t in_microseconds(std::chrono::seconds time) { return time.count() * kMicroseconds; }

}  // namespace

Accounts::Accounts(Directory& directory, Logins& logins, OneTimeCodes& codes, const auth::PasswordHasher& hasher,
                   const auth::TokenCodec& codec, TokenLifetimes lifetimes)
    : directory_(directory), logins_(logins), codes_(codes), hasher_(hasher), codec_(codec), lifetimes_(lifetimes) {}

sio::Result<domain::UserId, RegistrationRefused> Accounts::register_user(const Registration& request) {
  std::vector<FieldFlaw> flaws = flaws_of(request);
  if (!flaws.empty()) return refused(Why::invalid_fields, std::move(flaws));
  if (domain::parse_role(request.role) != domain::Role::admin) return add(request, false, std::nullopt);
  std::optional<CodeUse> invite;
  if (auto refusal = refusal_of_admin(request, invite)) return sio::fail(std::move(*refusal));
  return add(request, request.admin == AdminSignupDecision::only_first, std::move(invite));
}

// What can be known before anything is hashed; the writer decides once more.
std::optional<RegistrationRefused> Accounts::refusal_of_admin(const Registration& request,
                                                              std::optional<CodeUse>& invite) {
  sio::Result<bool, StoreError> may = false;
  switch (request.admin) {
    case AdminSignupDecision::allowed:
      return std::nullopt;
    case AdminSignupDecision::only_first:
      may = directory_.any_admin();
      if (may) may = !*may;
      break;
    case AdminSignupDecision::by_invite:
      if (const auto digest = auth::digest_of_code(request.invite)) {
        invite = CodeUse{*digest, request.now_unix_us};
        may = codes_.invite_stands(*invite);
      }
      break;
    case AdminSignupDecision::refused:
      break;
  }
  if (!may) return RegistrationRefused{Why::storage_unavailable, {}};
  return *may ? std::nullopt : std::optional(RegistrationRefused{Why::admin_signup_closed, {}});
}

sio::Result<domain::UserId, RegistrationRefused> Accounts::add_user(const Registration& request) {
  std::vector<FieldFlaw> flaws = flaws_of(request);
  if (!flaws.empty()) return refused(Why::invalid_fields, std::move(flaws));
  return add(request, false, std::nullopt);
}

sio::Result<domain::UserId, RegistrationRefused> Accounts::add(const Registration& request, bool only_if_no_admin,
                                                               std::optional<CodeUse> invite) {
  const domain::Role role = domain::parse_role(request.role).value_or(domain::Role::user);
  const auto added = directory_.add({std::string(request.name), std::string(request.email),
                                     hasher_.hash(request.password), role, only_if_no_admin, std::move(invite)});
  if (added) return *added;
  switch (added.error()) {
    case AccountError::email_taken:
      return refused(Why::email_taken);
    case AccountError::admin_exists:
    case AccountError::invalid_code:
      return refused(Why::admin_signup_closed);
    case AccountError::not_found:
    case AccountError::last_admin:
    case AccountError::changed_meanwhile:
    case AccountError::storage_unavailable:
      break;
  }
  return refused(Why::storage_unavailable);
}

sio::Result<Grant, LoginError> Accounts::log_in(std::string_view email, std::string_view password,
                                                std::string_view role, std::int64_t now_unix_us) {
  const auto found = directory_.find_account(email);
  if (!found) return sio::fail(LoginError::storage_unavailable);
  if (!*found) {
    hasher_.verify_dummy(password);
    return sio::fail(LoginError::invalid_credentials);
  }
  const Account& account = **found;
  // Hashed first, judged afterwards: every failure takes the same work.
  const bool right = hasher_.verify(account.password_hash, password);
  const bool role_fits = role.empty() || role == domain::to_string(account.user.role);
  if (!right || !role_fits || account.user.disabled) return sio::fail(LoginError::invalid_credentials);
  NewLogin login;
  login.id = auth::random_id();
  login.user = account.user.id;
  login.refresh_token_id = auth::random_id();
  login.now_unix_us = now_unix_us;
  login.expires_unix_us = now_unix_us + in_microseconds(lifetimes_.refresh);
  login.verified_hash = account.password_hash;
  if (hasher_.needs_rehash(account.password_hash)) login.new_hash = hasher_.hash(password);
  const std::string login_id = login.id;
  const std::string refresh_token_id = login.refresh_token_id;
  const auto begun = logins_.begin(std::move(login));
  if (begun) return grant(account.user, login_id, refresh_token_id, now_unix_us);
  return sio::fail(begun.error() == AccountError::storage_unavailable ? LoginError::storage_unavailable
                                                                      : LoginError::invalid_credentials);
}

sio::Result<Grant, AccessError> Accounts::refresh(std::string_view refresh_token, std::int64_t now_unix_us) {
  const auto claims = codec_.verify(refresh_token, auth::TokenType::refresh, now_unix_us / kMicroseconds);
  if (!claims) return sio::fail(to_access_error(claims.error()));
  const auto rotated = logins_.rotate({claims->login_id, claims->token_id, auth::random_id(), now_unix_us,
                                       now_unix_us + in_microseconds(lifetimes_.refresh)});
  if (!rotated) {
    return sio::fail(rotated.error() == RotateError::storage_unavailable ? AccessError::storage_unavailable
                                                                         : AccessError::token_revoked);
  }
  // The key's holder alone can make a token of one user with the login of another; it is none of ours all the same.
  if (rotated->user.id.value != claims->user_id) return sio::fail(AccessError::token_invalid);
  return grant(rotated->user, claims->login_id, rotated->refresh_token_id, now_unix_us);
}

sio::Result<void, PasswordChangeError> Accounts::change_password(const Principal& who, std::string_view current,
                                                                 std::string_view fresh) {
  if (domain::check_password(fresh) != domain::Flaw::none) return sio::fail(PasswordChangeError::unacceptable);
  const auto found = directory_.find_account(who.user.email);
  if (!found) return sio::fail(PasswordChangeError::storage_unavailable);
  if (!*found || (**found).user.id != who.user.id) return sio::fail(PasswordChangeError::not_found);
  const std::string& known_hash = (**found).password_hash;
  if (!hasher_.verify(known_hash, current)) return sio::fail(PasswordChangeError::wrong_password);
  const auto set = directory_.set_password(who.user.id, {hasher_.hash(fresh), who.login_id, known_hash});
  if (!set) return sio::fail(to_change_error(set.error()));
  return {};
}

sio::Result<void, PasswordChangeError> Accounts::set_password(domain::UserId user, std::string_view fresh) {
  if (domain::check_password(fresh) != domain::Flaw::none) return sio::fail(PasswordChangeError::unacceptable);
  const auto set = directory_.set_password(user, {hasher_.hash(fresh), {}, {}});
  if (!set) return sio::fail(to_change_error(set.error()));
  return {};
}

sio::Result<void, AccountError> Accounts::log_out(const Principal& who) { return logins_.end(who.login_id); }

sio::Result<void, AccountError> Accounts::log_out_everywhere(const Principal& who) {
  return logins_.end_all(who.user.id);
}

Grant Accounts::grant(const domain::User& user, const std::string& login_id, const std::string& refresh_token_id,
                      std::int64_t now_unix_us) const {
  auth::TokenClaims claims;
  claims.user_id = user.id.value;
  claims.role = domain::to_string(user.role);
  claims.issued_unix_s = now_unix_us / kMicroseconds;
  claims.not_before_unix_s = claims.issued_unix_s;
  claims.expires_unix_s = claims.issued_unix_s + lifetimes_.access.count();
  claims.token_id = auth::random_id();
  claims.login_id = login_id;
  Grant grant{user, codec_.sign(claims), {}, lifetimes_.access};
  claims.type = auth::TokenType::refresh;
  claims.expires_unix_s = claims.issued_unix_s + lifetimes_.refresh.count();
  claims.token_id = refresh_token_id;
  grant.refresh_token = codec_.sign(claims);
  return grant;
}

}  // namespace parley::service
