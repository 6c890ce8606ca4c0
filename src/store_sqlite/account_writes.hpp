// Changing people and logins, on the writer's connection inside its transaction. Each looks first and writes then, so
// that what is refused has written nothing; an error of the connection rolls the whole transaction back. Changes that
// others must hear of are added to `changes`.
#pragma once

#include <string_view>
#include <vector>

#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/presence.hpp"
#include "sqlite.hpp"

namespace parley::store {

using Changes = std::vector<service::AccountChange>;

sio::Result<domain::UserId, service::AccountError> add_user(Connection& db, const service::NewUser& user);
sio::Result<void, service::AccountError> set_password(Connection& db, Changes& changes, domain::UserId id,
                                                      const service::NewPassword& password);
sio::Result<domain::User, service::AccountError> change_user(Connection& db, Changes& changes, domain::UserId id,
                                                             const service::UserChange& change);

sio::Result<void, service::AccountError> begin_login(Connection& db, const service::NewLogin& login);
sio::Result<service::Rotated, service::RotateError> rotate_login(Connection& db, Changes& changes,
                                                                 const service::Rotation& rotation);
sio::Result<void, service::AccountError> end_login(Connection& db, Changes& changes, const std::string& login_id);
sio::Result<void, service::AccountError> end_all_logins(Connection& db, Changes& changes, domain::UserId user);

// A later time of the same person stays.
void note_seen(Connection& db, const std::vector<service::Seen>& seen);

}  // namespace parley::store
