// Codes that work once, as rows: digests, whose they are and until when. On any connection; what changes something runs
// on the writer's, inside its transaction, and looks first like account_writes.
#pragma once

#include <string_view>
#include <vector>

#include "account_writes.hpp"
#include "parley/service/one_time_codes.hpp"
#include "sqlite.hpp"

namespace parley::store {

sio::Result<void, service::AccountError> add_invite(Connection& db, const service::NewCode& code);
sio::Result<void, service::AccountError> add_reset(Connection& db, domain::UserId user, const service::NewCode& code);

bool invite_stands(Connection& db, const service::CodeUse& use);
bool reset_stands(Connection& db, const service::CodeUse& use);
std::vector<service::Invite> list_invites(Connection& db, std::int64_t now_unix_us);

sio::Result<void, service::AccountError> revoke_invite(Connection& db, std::int64_t id);
// After invite_stands().
void spend_invite(Connection& db, const service::CodeUse& use);
sio::Result<domain::User, service::AccountError> reset_password(Connection& db, Changes& changes,
                                                                const service::CodeUse& use, std::string_view hash);

// The code for a new password that somebody was given.
void void_reset_of(Connection& db, domain::UserId user);
// All codes that somebody made.
void void_codes_by(Connection& db, domain::UserId user);

}  // namespace parley::store
