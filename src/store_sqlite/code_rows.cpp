#include "code_rows.hpp"

#include <optional>
#include <utility>

#include "account_rows.hpp"
#include "parley/auth/one_time_code.hpp"

namespace parley::store {
namespace {

using service::AccountError;

// Whose the code is, if it stands. `sql` selects digest, expiry and the id by the lookup.
std::optional<std::int64_t> find_code(Connection& db, std::string_view sql, const service::CodeUse& use) {
  Statement found(db, sql);
  if (!found.bind(use.digest.lookup).step()) return std::nullopt;
  const bool stands = auth::is_same_check(found.text(0), use.digest.check) && found.integer(1) > use.now_unix_us;
  const std::int64_t id = found.integer(2);
  found.reset();
  return stands ? std::optional(id) : std::nullopt;
}

std::optional<std::int64_t> find_invite(Connection& db, const service::CodeUse& use) {
  return find_code(db, "SELECT digest, expires_unix_us, id FROM invite WHERE lookup = ?1", use);
}

std::optional<std::int64_t> find_reset(Connection& db, const service::CodeUse& use) {
  return find_code(db, "SELECT digest, expires_unix_us, user_id FROM reset_code WHERE lookup = ?1", use);
}

std::int64_t maker_of(const service::NewCode& code) { return code.made_by ? code.made_by->value : 0; }

}  // namespace

sio::Result<void, AccountError> add_invite(Connection& db, const service::NewCode& code) {
  Statement(db, "DELETE FROM invite WHERE expires_unix_us <= ?1").bind(code.now_unix_us).run();
  Statement(db,
            "INSERT INTO invite (lookup, digest, made_by, made_unix_us, expires_unix_us) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(code.digest.lookup, code.digest.check, maker_of(code), code.now_unix_us, code.expires_unix_us)
      .run();
  return {};
}

sio::Result<void, AccountError> add_reset(Connection& db, domain::UserId user, const service::NewCode& code) {
  if (!find_account_by_id(db, user)) return sio::fail(AccountError::not_found);
  Statement(db, "DELETE FROM reset_code WHERE expires_unix_us <= ?1").bind(code.now_unix_us).run();
  void_reset_of(db, user);
  Statement(db,
            "INSERT INTO reset_code (user_id, lookup, digest, made_by, expires_unix_us) VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(user.value, code.digest.lookup, code.digest.check, maker_of(code), code.expires_unix_us)
      .run();
  return {};
}

bool invite_stands(Connection& db, const service::CodeUse& use) { return find_invite(db, use).has_value(); }

bool reset_stands(Connection& db, const service::CodeUse& use) { return find_reset(db, use).has_value(); }

std::vector<service::Invite> list_invites(Connection& db, std::int64_t now_unix_us) {
  Statement rows(
      db, "SELECT id, made_by, made_unix_us, expires_unix_us FROM invite WHERE expires_unix_us > ?1 ORDER BY id");
  rows.bind(now_unix_us);
  std::vector<service::Invite> invites;
  while (rows.step()) {
    const std::int64_t maker = rows.integer(1);
    invites.push_back({rows.integer(0), maker == 0 ? std::nullopt : std::optional(domain::UserId(maker)),
                       rows.integer(2), rows.integer(3)});
  }
  return invites;
}

sio::Result<void, AccountError> revoke_invite(Connection& db, std::int64_t id) {
  Statement(db, "DELETE FROM invite WHERE id = ?1").bind(id).run();
  if (sqlite3_changes(db.handle()) == 0) return sio::fail(AccountError::not_found);
  return {};
}

void spend_invite(Connection& db, const service::CodeUse& use) {
  Statement(db, "DELETE FROM invite WHERE lookup = ?1").bind(use.digest.lookup).run();
}

sio::Result<domain::User, AccountError> reset_password(Connection& db, Changes& changes, const service::CodeUse& use,
                                                       std::string_view hash) {
  const auto user = find_reset(db, use);
  if (!user) return sio::fail(AccountError::invalid_code);
  const domain::UserId id(*user);
  auto account = find_account_by_id(db, id);
  if (!account) return sio::fail(AccountError::invalid_code);
  const auto set = set_password(db, changes, id, {std::string(hash), {}, {}});
  if (!set) return sio::fail(set.error());
  return std::move(account->user);
}

void void_reset_of(Connection& db, domain::UserId user) {
  Statement(db, "DELETE FROM reset_code WHERE user_id = ?1").bind(user.value).run();
}

void void_codes_by(Connection& db, domain::UserId user) {
  Statement(db, "DELETE FROM invite WHERE made_by = ?1").bind(user.value).run();
  Statement(db, "DELETE FROM reset_code WHERE made_by = ?1").bind(user.value).run();
}

}  // namespace parley::store
