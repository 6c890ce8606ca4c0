// Reading people and logins: used by readers for the ports, and by the writer before it decides. On any connection; the
// connection keeps errors.
#pragma once

#include <optional>
#include <string_view>

#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "sqlite.hpp"

namespace parley::store {

// People with when they were last seen, for a WHERE of the caller's; person_of() takes a row of it.
inline constexpr std::string_view kSelectPeople =
    "SELECT id, name, email, role, disabled, (SELECT unix_us FROM last_seen WHERE user_id = user.id) FROM user";
service::Person person_of(const Statement& row);

std::optional<service::Account> find_account_by_id(Connection& connection, domain::UserId id);
// The exact address, else the oldest that differs in case only.
std::optional<service::Account> find_account_by_email(Connection& connection, std::string_view email);
bool any_admin(Connection& connection);
bool is_last_enabled_admin(Connection& connection, domain::UserId id);

struct LoginRow {
  domain::UserId user;
  std::string refresh_token_id;
  std::int64_t expires_unix_us = 0;
};
std::optional<LoginRow> find_login_row(Connection& connection, std::string_view login_id);

service::Page<service::Person> list_people(Connection& connection, const service::PageQuery& query,
                                           std::optional<domain::Role> role);

}  // namespace parley::store
