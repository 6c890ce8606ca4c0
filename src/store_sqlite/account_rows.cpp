#include "account_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "parley/domain/validation.hpp"

namespace parley::store {
namespace {

// Columns: id, name, email, role, disabled.
domain::User user_of(const Statement& row) {
  return {domain::UserId(row.integer(0)), std::string(row.text(1)), std::string(row.text(2)),
          domain::parse_role(row.text(3)).value_or(domain::Role::user), row.integer(4) != 0};
}

std::optional<service::Account> account_of(Statement& found) {
  if (!found.step()) return std::nullopt;
  service::Account account{user_of(found), std::string(found.text(5))};
  found.reset();
  return account;
}

bool is_true(Statement& statement) {
  const bool yes = statement.step() && statement.integer(0) != 0;
  statement.reset();
  return yes;
}

constexpr std::string_view kOfRole = " WHERE role = ?1 AND disabled = 0";
constexpr std::string_view kOfAll = " WHERE ?1 = ''";
constexpr std::string_view kFirstAfter = " AND id > ?2 ORDER BY id LIMIT ?3";
constexpr std::string_view kNewestBefore = " AND id < ?2 ORDER BY id DESC LIMIT ?3";

}  // namespace

service::Person person_of(const Statement& row) {
  service::Person person{user_of(row), std::nullopt};
  if (!row.is_null(5)) person.last_seen_unix_us = row.integer(5);
  return person;
}

std::optional<service::Account> find_account_by_id(Connection& connection, domain::UserId id) {
  Statement found(connection, "SELECT id, name, email, role, disabled, password FROM user WHERE id = ?1");
  return account_of(found.bind(id.value));
}

std::optional<service::Account> find_account_by_email(Connection& connection, std::string_view email) {
  Statement found(connection,
                  "SELECT id, name, email, role, disabled, password FROM user WHERE lower(email) = ?1"
                  " ORDER BY email = ?2 DESC, id LIMIT 1");
  const std::string normal = domain::normal_email(email);
  return account_of(found.bind(normal, email));
}

bool any_admin(Connection& connection) {
  Statement found(connection, "SELECT EXISTS (SELECT 1 FROM user WHERE role = 'admin')");
  return is_true(found);
}

bool is_last_enabled_admin(Connection& connection, domain::UserId id) {
  Statement found(connection,
                  "SELECT EXISTS (SELECT 1 FROM user WHERE id = ?1 AND role = 'admin' AND disabled = 0)"
                  " AND NOT EXISTS (SELECT 1 FROM user WHERE id <> ?1 AND role = 'admin' AND disabled = 0)");
  return is_true(found.bind(id.value));
}

std::optional<LoginRow> find_login_row(Connection& connection, std::string_view login_id) {
  Statement found(connection, "SELECT user_id, refresh_token_id, expires_unix_us FROM login WHERE id = ?1");
  if (!found.bind(login_id).step()) return std::nullopt;
  LoginRow row{domain::UserId(found.integer(0)), std::string(found.text(1)), found.integer(2)};
  found.reset();
  return row;
}

service::Page<service::Person> list_people(Connection& connection, const service::PageQuery& query,
                                           std::optional<domain::Role> role) {
  const bool forward = query.after.has_value();
  std::string sql(kSelectPeople);
  sql.append(role ? kOfRole : kOfAll).append(forward ? kFirstAfter : kNewestBefore);
  const std::int64_t bound = forward ? *query.after : query.before.value_or(std::numeric_limits<std::int64_t>::max());
  Statement rows(connection, sql);
  service::Page<service::Person> page;
  rows.bind(role ? domain::to_string(*role) : std::string_view(), bound, std::int64_t{query.limit} + 1);
  while (rows.step()) page.items.push_back(person_of(rows));
  page.more = page.items.size() > query.limit;
  if (page.more) page.items.pop_back();
  if (!forward) std::reverse(page.items.begin(), page.items.end());
  return page;
}

}  // namespace parley::store
