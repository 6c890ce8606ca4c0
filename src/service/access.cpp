#include "parley/service/access.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace parley::service {

AccessError to_access_error(auth::TokenError error) {
  switch (error) {
    case auth::TokenError::missing:
      return AccessError::token_missing;
    case auth::TokenError::invalid:
      return AccessError::token_invalid;
    case auth::TokenError::expired:
      return AccessError::token_expired;
    case auth::TokenError::revoked:
      return AccessError::token_revoked;
  }
  return AccessError::token_invalid;
}

namespace {

using Answer = sio::Result<Principal, AccessError>;

// A disabled person's token counts as revoked; one whose user is not the login's was not made by us.
Answer answer_for(const domain::User& user, const auth::TokenClaims& claims) {
  if (user.id.value != claims.user_id) return sio::fail(AccessError::token_invalid);
  if (user.disabled) return sio::fail(AccessError::token_revoked);
  return Principal{user, claims.login_id, claims.expires_unix_s};
}

}  // namespace

Access::Access(const auth::TokenCodec& codec, Logins& logins, std::size_t users_remembered_max)
    : codec_(codec),
      logins_(logins),
      users_per_stripe_max_(std::max<std::size_t>(1, users_remembered_max / kStripes)) {}

std::optional<Answer> Access::try_authenticate(std::string_view token, std::int64_t now_unix_s) {
  const auto claims = codec_.verify(token, auth::TokenType::access, now_unix_s);
  if (!claims) return Answer(sio::fail(to_access_error(claims.error())));
  const auto user = recall(*claims);
  if (!user) return std::nullopt;
  return answer_for(*user, *claims);
}

Answer Access::authenticate(std::string_view token, std::int64_t now_unix_s) {
  const auto claims = codec_.verify(token, auth::TokenType::access, now_unix_s);
  if (!claims) return sio::fail(to_access_error(claims.error()));
  if (const auto user = recall(*claims)) return answer_for(*user, *claims);
  Stripe& stripe = stripe_of(domain::UserId(claims->user_id));
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(stripe.mutex);
    before = stripe.version;
  }
  const auto login = logins_.find(claims->login_id);
  if (!login) return sio::fail(AccessError::storage_unavailable);
  if (!*login || !(**login).usable) return sio::fail(AccessError::token_revoked);
  const domain::User& user = (**login).user;
  if (user.id.value == claims->user_id) remember(user, claims->login_id, before);
  return answer_for(user, *claims);
}

// Forgets before the change is answered: whoever asks afterwards reads it anew.
void Access::on_account_changed(const AccountChange& change) noexcept {
  Stripe& stripe = stripe_of(change.user.id);
  const std::lock_guard lock(stripe.mutex);
  ++stripe.version;
  stripe.users.erase(change.user.id);
}

Access::Stripe& Access::stripe_of(domain::UserId user) {
  return stripes_[std::hash<domain::UserId>{}(user) % kStripes];
}

std::optional<domain::User> Access::recall(const auth::TokenClaims& claims) {
  const domain::UserId id(claims.user_id);
  Stripe& stripe = stripe_of(id);
  const std::lock_guard lock(stripe.mutex);
  const auto found = stripe.users.find(id);
  if (found == stripe.users.end()) return std::nullopt;
  const auto& logins = found->second.logins;
  if (std::find(logins.begin(), logins.end(), claims.login_id) == logins.end()) return std::nullopt;
  return found->second.user;
}

void Access::remember(const domain::User& user, const std::string& login_id, std::uint64_t before) {
  Stripe& stripe = stripe_of(user.id);
  const std::lock_guard lock(stripe.mutex);
  if (stripe.version != before) return;
  if (stripe.users.size() >= users_per_stripe_max_ && !stripe.users.contains(user.id)) {
    stripe.users.erase(stripe.users.begin());
  }
  Known& known = stripe.users[user.id];
  known.user = user;
  if (std::find(known.logins.begin(), known.logins.end(), login_id) != known.logins.end()) return;
  if (known.logins.size() >= kLoginsPerUserMax) known.logins.erase(known.logins.begin());
  known.logins.push_back(login_id);
}

}  // namespace parley::service
