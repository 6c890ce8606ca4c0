// In-memory ports for the tests of the use cases: just enough of a store to decide as the real one does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/one_time_codes.hpp"

namespace parley::service::testing {

class FakeDirectory final : public Directory {
 public:
  sio::Result<domain::UserId, AccountError> add(NewUser user) override {
    if (down) return sio::fail(AccountError::storage_unavailable);
    added = user;
    for (const Account& known : accounts) {
      if (known.user.email == user.email) return sio::fail(AccountError::email_taken);
      if (user.only_if_no_admin && known.user.role == domain::Role::admin) return sio::fail(AccountError::admin_exists);
    }
    const domain::UserId id(static_cast<std::int64_t>(accounts.size()) + 1);
    accounts.push_back({{id, user.name, user.email, user.role, false}, user.password_hash});
    return id;
  }
  sio::Result<void, AccountError> set_password(domain::UserId id, NewPassword password) override {
    if (refuse_password) return sio::fail(*refuse_password);
    for (Account& known : accounts) {
      if (known.user.id != id) continue;
      known.password_hash = password.hash;
      set = std::move(password);
      return {};
    }
    return sio::fail(AccountError::not_found);
  }
  sio::Result<domain::User, AccountError> change(domain::UserId, UserChange) override {
    return sio::fail(AccountError::not_found);
  }
  sio::Result<std::optional<domain::User>, StoreError> find(domain::UserId) override {
    return std::optional<domain::User>();
  }
  sio::Result<std::optional<Account>, StoreError> find_account(std::string_view email) override {
    if (down) return sio::fail(StoreError::unavailable);
    for (const Account& known : accounts) {
      if (known.user.email == email) return std::optional(known);
    }
    return std::optional<Account>();
  }
  sio::Result<Page<Person>, StoreError> list(domain::Role, const PageQuery&) override { return Page<Person>(); }
  sio::Result<Page<Person>, StoreError> list_all(const PageQuery&) override { return Page<Person>(); }
  sio::Result<bool, StoreError> any_admin() override {
    if (down) return sio::fail(StoreError::unavailable);
    return has_admin;
  }

  std::vector<Account> accounts;
  NewUser added;    // by the last add()
  NewPassword set;  // by the last set_password()
  std::optional<AccountError> refuse_password;
  bool has_admin = false;
  bool down = false;
};

class FakeLogins final : public Logins {
 public:
  sio::Result<void, AccountError> begin(NewLogin login) override {
    if (refuse_begin) return sio::fail(*refuse_begin);
    begun.push_back(std::move(login));
    return {};
  }
  sio::Result<Rotated, RotateError> rotate(Rotation rotation) override {
    rotations.push_back(rotation);
    if (refuse_rotate) return sio::fail(*refuse_rotate);
    return Rotated{{domain::UserId(7), "U", "u@x.test", domain::Role::admin, false}, rotation.fresh_token_id};
  }
  sio::Result<void, AccountError> end(std::string login_id) override {
    logins.erase(login_id);
    return {};
  }
  sio::Result<void, AccountError> end_all(domain::UserId user) override {
    std::erase_if(logins, [user](const auto& entry) { return entry.second.user.id == user; });
    return {};
  }
  sio::Result<std::optional<Login>, StoreError> find(std::string_view login_id) override {
    ++reads;
    if (on_find) on_find();
    if (down) return sio::fail(StoreError::unavailable);
    const auto found = logins.find(std::string(login_id));
    return found == logins.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<NewLogin> begun;
  std::vector<Rotation> rotations;
  std::map<std::string, Login> logins;
  std::optional<AccountError> refuse_begin;
  std::optional<RotateError> refuse_rotate;
  std::function<void()> on_find;
  int reads = 0;
  bool down = false;
};

// One code of each kind, if it was made.
class FakeCodes final : public OneTimeCodes {
 public:
  sio::Result<void, AccountError> add_invite(NewCode code) override {
    invite = std::move(code);
    return {};
  }
  sio::Result<bool, StoreError> invite_stands(const CodeUse& use) override {
    if (down) return sio::fail(StoreError::unavailable);
    return stands(invite, use);
  }
  sio::Result<std::vector<Invite>, StoreError> invites(std::int64_t) override { return std::vector<Invite>(); }
  sio::Result<void, AccountError> revoke_invite(std::int64_t) override { return sio::fail(AccountError::not_found); }
  sio::Result<void, AccountError> add_reset(domain::UserId, NewCode code) override {
    reset = std::move(code);
    return {};
  }
  sio::Result<bool, StoreError> reset_stands(const CodeUse& use) override {
    if (down) return sio::fail(StoreError::unavailable);
    return stands(reset, use);
  }
  sio::Result<domain::User, AccountError> reset_password(CodeUse use, std::string hash) override {
    if (!stands(reset, use)) return sio::fail(AccountError::invalid_code);
    reset.reset();
    new_hash = std::move(hash);
    return domain::User{domain::UserId(7), "U", "u@x.test", domain::Role::user, false};
  }

  std::optional<NewCode> invite;
  std::optional<NewCode> reset;
  std::string new_hash;
  bool down = false;

 private:
  static bool stands(const std::optional<NewCode>& code, const CodeUse& use) {
    return code && code->digest.lookup == use.digest.lookup && code->expires_unix_us > use.now_unix_us;
  }
};

class FakeLog final : public MessageLog {
 public:
  bool try_append(Draft&& draft) noexcept override {
    if (full) return false;
    drafts.push_back(std::move(draft));
    return true;
  }
  bool try_mark_read(ReadMark&& mark) noexcept override {
    if (full) return false;
    marks.push_back(mark);
    return true;
  }
  std::vector<Draft> drafts;
  std::vector<ReadMark> marks;
  bool full = false;
};

}  // namespace parley::service::testing
