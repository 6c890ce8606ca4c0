#include "account_writes.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include "account_rows.hpp"
#include "code_rows.hpp"

namespace parley::store {
namespace {

using service::AccountChange;
using service::AccountError;
using service::RotateError;
using Ended = AccountChange::Ended;

constexpr std::int64_t kGraceUs = std::chrono::microseconds(service::kRefreshGrace).count();

// Logins of the user but `keep` (empty: none is kept), with their used tokens.
void remove_logins(Connection& db, domain::UserId user, std::string_view keep) {
  Statement(db,
            "DELETE FROM used_refresh_token WHERE login_id IN (SELECT id FROM login WHERE user_id = ?1 AND id <> ?2)")
      .bind(user.value, keep)
      .run();
  Statement(db, "DELETE FROM login WHERE user_id = ?1 AND id <> ?2").bind(user.value, keep).run();
}

void remove_login(Connection& db, std::string_view login_id) {
  Statement(db, "DELETE FROM used_refresh_token WHERE login_id = ?1").bind(login_id).run();
  Statement(db, "DELETE FROM login WHERE id = ?1").bind(login_id).run();
}

void remove_expired_logins(Connection& db, domain::UserId user, std::int64_t now_unix_us) {
  Statement(db,
            "DELETE FROM used_refresh_token WHERE login_id IN"
            " (SELECT id FROM login WHERE user_id = ?1 AND expires_unix_us < ?2)")
      .bind(user.value, now_unix_us)
      .run();
  Statement(db, "DELETE FROM login WHERE user_id = ?1 AND expires_unix_us < ?2").bind(user.value, now_unix_us).run();
}

// When the token was used, if that is remembered.
std::optional<std::int64_t> used_at(Connection& db, std::string_view login_id, std::string_view token_id) {
  Statement found(db, "SELECT used_unix_us FROM used_refresh_token WHERE login_id = ?1 AND token_id = ?2");
  if (!found.bind(login_id, token_id).step()) return std::nullopt;
  const std::int64_t at = found.integer(0);
  found.reset();
  return at;
}

void use_token(Connection& db, const service::Rotation& rotation) {
  Statement(db, "DELETE FROM used_refresh_token WHERE login_id = ?1 AND abs(used_unix_us - ?2) > ?3")
      .bind(rotation.login_id, rotation.now_unix_us, kGraceUs)
      .run();
  Statement(db, "INSERT INTO used_refresh_token (login_id, token_id, used_unix_us) VALUES (?1, ?2, ?3)")
      .bind(rotation.login_id, rotation.presented_token_id, rotation.now_unix_us)
      .run();
  Statement(db, "UPDATE login SET refresh_token_id = ?2, expires_unix_us = ?3 WHERE id = ?1")
      .bind(rotation.login_id, rotation.fresh_token_id, rotation.expires_unix_us)
      .run();
}

}  // namespace

sio::Result<domain::UserId, AccountError> add_user(Connection& db, const service::NewUser& user) {
  if (user.only_if_no_admin && any_admin(db)) return sio::fail(AccountError::admin_exists);
  if (user.invite && !invite_stands(db, *user.invite)) return sio::fail(AccountError::invalid_code);
  if (find_account_by_email(db, user.email)) return sio::fail(AccountError::email_taken);
  Statement(db, "INSERT INTO user (name, email, password, role) VALUES (?1, ?2, ?3, ?4)")
      .bind(user.name, user.email, user.password_hash, domain::to_string(user.role))
      .run();
  const domain::UserId id(sqlite3_last_insert_rowid(db.handle()));
  if (user.invite) spend_invite(db, *user.invite);
  return id;
}

sio::Result<void, AccountError> set_password(Connection& db, Changes& changes, domain::UserId id,
                                             const service::NewPassword& password) {
  auto account = find_account_by_id(db, id);
  if (!account) return sio::fail(AccountError::not_found);
  if (!password.verified_hash.empty() && account->password_hash != password.verified_hash) {
    return sio::fail(AccountError::changed_meanwhile);
  }
  const std::string& keep = password.keep_login;
  Statement(db, "UPDATE user SET password = ?2 WHERE id = ?1").bind(id.value, password.hash).run();
  remove_logins(db, id, keep);
  void_reset_of(db, id);
  changes.push_back({std::move(account->user), keep.empty() ? Ended::all : Ended::all_but_one, keep});
  return {};
}

sio::Result<domain::User, AccountError> change_user(Connection& db, Changes& changes, domain::UserId id,
                                                    const service::UserChange& change) {
  auto account = find_account_by_id(db, id);
  if (!account) return sio::fail(AccountError::not_found);
  domain::User& user = account->user;
  const domain::Role role = change.role.value_or(user.role);
  const bool disabled = change.disabled.value_or(user.disabled);
  if (role == user.role && disabled == user.disabled) return std::move(user);
  const bool counts_no_more = role != domain::Role::admin || disabled;
  if (counts_no_more && is_last_enabled_admin(db, id)) return sio::fail(AccountError::last_admin);
  Statement(db, "UPDATE user SET role = ?2, disabled = ?3 WHERE id = ?1")
      .bind(id.value, domain::to_string(role), disabled ? 1 : 0)
      .run();
  if (counts_no_more) void_codes_by(db, id);
  if (disabled) {
    remove_logins(db, id, {});
    void_reset_of(db, id);
  }
  user.role = role;
  user.disabled = disabled;
  changes.push_back({user, disabled ? Ended::all : Ended::none, {}});
  return std::move(user);
}

sio::Result<void, AccountError> begin_login(Connection& db, const service::NewLogin& login) {
  const auto account = find_account_by_id(db, login.user);
  if (!account) return sio::fail(AccountError::not_found);
  if (account->user.disabled || account->password_hash != login.verified_hash) {
    return sio::fail(AccountError::changed_meanwhile);
  }
  remove_expired_logins(db, login.user, login.now_unix_us);
  if (!login.new_hash.empty()) {
    Statement(db, "UPDATE user SET password = ?2 WHERE id = ?1").bind(login.user.value, login.new_hash).run();
  }
  Statement(db,
            "INSERT INTO login (id, user_id, refresh_token_id, begun_unix_us, expires_unix_us)"
            " VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(login.id, login.user.value, login.refresh_token_id, login.now_unix_us, login.expires_unix_us)
      .run();
  return {};
}

sio::Result<service::Rotated, RotateError> rotate_login(Connection& db, Changes& changes,
                                                        const service::Rotation& rotation) {
  const auto login = find_login_row(db, rotation.login_id);
  if (!login || login->expires_unix_us < rotation.now_unix_us) return sio::fail(RotateError::ended);
  auto account = find_account_by_id(db, login->user);
  if (!account || account->user.disabled) return sio::fail(RotateError::ended);
  if (rotation.presented_token_id == login->refresh_token_id) {
    use_token(db, rotation);
    return service::Rotated{std::move(account->user), rotation.fresh_token_id};
  }
  const auto used = used_at(db, rotation.login_id, rotation.presented_token_id);
  if (used && std::abs(rotation.now_unix_us - *used) <= kGraceUs) {
    return service::Rotated{std::move(account->user), login->refresh_token_id};
  }
  remove_login(db, rotation.login_id);
  changes.push_back({std::move(account->user), Ended::one, rotation.login_id});
  return sio::fail(RotateError::reused);
}

sio::Result<void, AccountError> end_login(Connection& db, Changes& changes, const std::string& login_id) {
  const auto login = find_login_row(db, login_id);
  if (!login) return {};
  remove_login(db, login_id);
  if (auto account = find_account_by_id(db, login->user)) {
    changes.push_back({std::move(account->user), Ended::one, login_id});
  }
  return {};
}

sio::Result<void, AccountError> end_all_logins(Connection& db, Changes& changes, domain::UserId user) {
  auto account = find_account_by_id(db, user);
  if (!account) return sio::fail(AccountError::not_found);
  remove_logins(db, user, {});
  changes.push_back({std::move(account->user), Ended::all, {}});
  return {};
}

void note_seen(Connection& db, const std::vector<service::Seen>& seen) {
  Statement note(db,
                 "INSERT INTO last_seen (user_id, unix_us) VALUES (?1, ?2)"
                 " ON CONFLICT (user_id) DO UPDATE SET unix_us = max(unix_us, excluded.unix_us)");
  for (const service::Seen& each : seen) note.bind(each.user.value, each.unix_us).run();
}

}  // namespace parley::store
