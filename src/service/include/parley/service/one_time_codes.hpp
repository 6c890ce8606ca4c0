// The port to codes that work once: invites, with which somebody signs up as admin, and codes for a new password.
// Blocks like Directory. Codes of somebody who is no enabled admin any more are void: what they made and did not use is
// gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parley/auth/one_time_code.hpp"
#include "parley/domain/user.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/store_error.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

inline constexpr std::chrono::hours kInviteLife{7 * 24};
inline constexpr std::chrono::hours kResetLife{24};

struct NewCode {
  auth::CodeDigest digest;
  std::optional<domain::UserId> made_by;  // none: an operator
  std::int64_t now_unix_us = 0;
  std::int64_t expires_unix_us = 0;
};

struct Invite {
  std::int64_t id = 0;
  std::optional<domain::UserId> made_by;
  std::int64_t made_unix_us = 0;
  std::int64_t expires_unix_us = 0;
};

class OneTimeCodes {
 public:
  virtual ~OneTimeCodes() = default;

  virtual sio::Result<void, AccountError> add_invite(NewCode code) = 0;
  // Whether a sign-up with it would be let in now; Directory::add() spends it.
  virtual sio::Result<bool, StoreError> invite_stands(const CodeUse& use) = 0;
  // Those that can still be used, oldest first.
  virtual sio::Result<std::vector<Invite>, StoreError> invites(std::int64_t now_unix_us) = 0;
  virtual sio::Result<void, AccountError> revoke_invite(std::int64_t id) = 0;

  // An older one for the same user is void then.
  virtual sio::Result<void, AccountError> add_reset(domain::UserId user, NewCode code) = 0;
  virtual sio::Result<bool, StoreError> reset_stands(const CodeUse& use) = 0;
  // Spends it; all logins of its user end.
  virtual sio::Result<domain::User, AccountError> reset_password(CodeUse use, std::string password_hash) = 0;
};

}  // namespace parley::service
