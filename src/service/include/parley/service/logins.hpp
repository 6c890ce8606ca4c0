// The port to logins: what a refresh token belongs to, what can be ended, and who hears of it. Blocks like Directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/domain/user.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/store_error.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

// A refresh token works once, and again for this long, since the answer may have been lost.
inline constexpr std::chrono::seconds kRefreshGrace{10};

struct NewLogin {
  std::string id;  // the tokens' `sid`
  domain::UserId user;
  std::string refresh_token_id;  // the refresh token's `jti`
  std::int64_t now_unix_us = 0;
  std::int64_t expires_unix_us = 0;  // of the refresh token; the login can be forgotten then
  // The hash that was verified: if it is another by now, or the user is disabled, changed_meanwhile.
  std::string verified_hash;
  std::string new_hash;  // not empty: replaces the hash, in the same transaction
};

struct Rotation {
  std::string login_id;
  std::string presented_token_id;
  std::string fresh_token_id;
  std::int64_t now_unix_us = 0;
  std::int64_t expires_unix_us = 0;  // of the fresh token
};

struct Rotated {
  domain::User user;
  // The `jti` to sign: the fresh one, or within the grace the one that is current already, so that whoever got which
  // answer goes on with the same.
  std::string refresh_token_id;
};

enum class RotateError : std::uint8_t {
  ended,   // the login or its user is gone, ended or disabled
  reused,  // used before, longer ago than the grace: the login has been ended now
  storage_unavailable,
};

// A login that stands, with its user as they are now.
struct Login {
  domain::User user;
  bool usable = false;  // not ended, and the user enabled
};

class Logins {
 public:
  virtual ~Logins() = default;
  virtual sio::Result<void, AccountError> begin(NewLogin login) = 0;
  virtual sio::Result<Rotated, RotateError> rotate(Rotation rotation) = 0;
  // Ending what has ended already is no error.
  virtual sio::Result<void, AccountError> end(std::string login_id) = 0;
  virtual sio::Result<void, AccountError> end_all(domain::UserId user) = 0;
  virtual sio::Result<std::optional<Login>, StoreError> find(std::string_view login_id) = 0;
};

// What changed about a user or their logins; committed.
struct AccountChange {
  enum class Ended : std::uint8_t { none, one, all, all_but_one };
  domain::User user;  // as they are now
  Ended ended = Ended::none;
  std::string login_id;  // for one and all_but_one
  bool ends(std::string_view login) const {
    return ended == Ended::all || (ended == Ended::one && login == login_id) ||
           (ended == Ended::all_but_one && login != login_id);
  }
};

class AccountListener {
 public:
  virtual ~AccountListener() = default;
  // On the writer's thread, after the commit, before whoever asked for the change is answered. Quick, never blocks.
  virtual void on_account_changed(const AccountChange& change) noexcept = 0;
};

}  // namespace parley::service
