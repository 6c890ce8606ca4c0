// The port to accounts. Every call blocks (writes for a whole commit): for pool threads, never a shard or the writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/auth/one_time_code.hpp"
#include "parley/domain/user.hpp"
#include "parley/service/page.hpp"
#include "parley/service/presence.hpp"
#include "parley/service/store_error.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

enum class AccountError : std::uint8_t {
  email_taken,        // by somebody whose address differs in case at most
  admin_exists,       // only the first admin was asked for
  not_found,          // no such person
  last_admin,         // the last enabled admin can be neither disabled nor made a user
  changed_meanwhile,  // the account is no longer as it was when it was looked at
  invalid_code,       // a one-time code that never was, is used, void or over
  storage_unavailable,
};
std::string_view to_string(AccountError error);

// A one-time code that is being used.
struct CodeUse {
  auth::CodeDigest digest;
  std::int64_t now_unix_us = 0;
};

struct NewUser {
  std::string name;
  std::string email;
  std::string password_hash;
  domain::Role role = domain::Role::user;
  bool only_if_no_admin =
      false;  // refused with admin_exists as soon as there is any admin (A14: decided by the writer)
  std::optional<CodeUse> invite = {};  // spent if the user is added, else not
};

struct NewPassword {
  std::string hash;
  std::string keep_login;     // stays, all others of the user end; empty: none stays
  std::string verified_hash;  // not empty: if the hash is another by now, changed_meanwhile
};

// What is not given stays as it is.
struct UserChange {
  std::optional<domain::Role> role;
  std::optional<bool> disabled;
};

// With what only logging in needs.
struct Account {
  domain::User user;
  std::string password_hash;
};

class Directory {
 public:
  virtual ~Directory() = default;

  virtual sio::Result<domain::UserId, AccountError> add(NewUser user) = 0;
  virtual sio::Result<void, AccountError> set_password(domain::UserId id, NewPassword password) = 0;
  // All of it or nothing; the user as they are then. Disabling ends all logins of the user.
  virtual sio::Result<domain::User, AccountError> change(domain::UserId id, UserChange change) = 0;
  sio::Result<domain::User, AccountError> set_role(domain::UserId id, domain::Role role) {
    return change(id, {role, std::nullopt});
  }
  sio::Result<domain::User, AccountError> set_disabled(domain::UserId id, bool disabled) {
    return change(id, {std::nullopt, disabled});
  }

  virtual sio::Result<std::optional<domain::User>, StoreError> find(domain::UserId id) = 0;
  // The address that is exactly so, else the one that differs in case only (the oldest of those).
  virtual sio::Result<std::optional<Account>, StoreError> find_account(std::string_view email) = 0;
  // Enabled people of a role, paged by id.
  virtual sio::Result<Page<Person>, StoreError> list(domain::Role role, const PageQuery& query) = 0;
  // Everybody, disabled people too: for operators and admins.
  virtual sio::Result<Page<Person>, StoreError> list_all(const PageQuery& query) = 0;
  // Whether there is an admin at all, enabled or not.
  virtual sio::Result<bool, StoreError> any_admin() = 0;
};

}  // namespace parley::service
