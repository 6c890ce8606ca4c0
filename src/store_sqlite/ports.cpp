#include "ports.hpp"

#include <utility>

#include "account_rows.hpp"
#include "account_writes.hpp"
#include "code_rows.hpp"

namespace parley::store {
namespace {

using service::AccountError;
using service::StoreError;

template <class T>
sio::Result<T, AccountError> unavailable() {
  return sio::fail(AccountError::storage_unavailable);
}

}  // namespace

bool LogPort::try_append(service::Draft&& draft) noexcept { return writer_.try_push(std::move(draft)); }

bool LogPort::try_mark_read(service::ReadMark&& mark) noexcept { return writer_.try_push(mark); }

sio::Result<service::Page<domain::Message>, StoreError> ReaderPort::conversation(domain::UserId me,
                                                                                 domain::UserId partner,
                                                                                 const service::PageQuery& query) {
  return readers_.read(
      [&](Connection&, MessageQueries& messages) { return messages.conversation(me, partner, query); });
}

sio::Result<service::Page<domain::Message>, StoreError> ReaderPort::all_of(domain::UserId me,
                                                                           const service::PageQuery& query) {
  return readers_.read([&](Connection&, MessageQueries& messages) { return messages.all_of(me, query); });
}

sio::Result<service::Page<service::Conversation>, StoreError> ReaderPort::conversations(
    domain::UserId me, const service::ConversationQuery& query) {
  return readers_.read([&](Connection&, MessageQueries& messages) { return messages.conversations(me, query); });
}

sio::Result<service::CatchUp, StoreError> ReaderPort::catch_up(domain::UserId me, const service::CatchUpQuery& query) {
  return readers_.read([&](Connection&, MessageQueries& messages) { return messages.catch_up(me, query); });
}

sio::Result<domain::UserId, AccountError> DirectoryPort::add(service::NewUser user) {
  return writer_.call([user = std::move(user)](Connection& db, Changes&) { return add_user(db, user); },
                      unavailable<domain::UserId>());
}

sio::Result<void, AccountError> DirectoryPort::set_password(domain::UserId id, service::NewPassword password) {
  return writer_.call([id, password = std::move(password)](
                          Connection& db, Changes& changes) { return store::set_password(db, changes, id, password); },
                      unavailable<void>());
}

sio::Result<domain::User, AccountError> DirectoryPort::change(domain::UserId id, service::UserChange change) {
  return writer_.call([id, change](Connection& db, Changes& changes) { return change_user(db, changes, id, change); },
                      unavailable<domain::User>());
}

sio::Result<std::optional<domain::User>, StoreError> DirectoryPort::find(domain::UserId id) {
  return readers_.read([id](Connection& db, MessageQueries&) -> std::optional<domain::User> {
    auto account = find_account_by_id(db, id);
    if (!account) return std::nullopt;
    return std::move(account->user);
  });
}

sio::Result<std::optional<service::Account>, StoreError> DirectoryPort::find_account(std::string_view email) {
  return readers_.read([email](Connection& db, MessageQueries&) { return find_account_by_email(db, email); });
}

sio::Result<service::Page<service::Person>, StoreError> DirectoryPort::list(domain::Role role,
                                                                            const service::PageQuery& query) {
  return readers_.read([&](Connection& db, MessageQueries&) { return list_people(db, query, role); });
}

sio::Result<service::Page<service::Person>, StoreError> DirectoryPort::list_all(const service::PageQuery& query) {
  return readers_.read([&](Connection& db, MessageQueries&) { return list_people(db, query, std::nullopt); });
}

sio::Result<bool, StoreError> DirectoryPort::any_admin() {
  return readers_.read([](Connection& db, MessageQueries&) { return store::any_admin(db); });
}

bool SeenPort::try_note(std::vector<service::Seen> seen) noexcept {
  return writer_.post([seen = std::move(seen)](Connection& db, Changes&) { note_seen(db, seen); });
}

sio::Result<void, AccountError> LoginsPort::begin(service::NewLogin login) {
  return writer_.call([login = std::move(login)](Connection& db, Changes&) { return begin_login(db, login); },
                      unavailable<void>());
}

sio::Result<service::Rotated, service::RotateError> LoginsPort::rotate(service::Rotation rotation) {
  return writer_.call(
      [rotation = std::move(rotation)](Connection& db, Changes& changes) {
        return rotate_login(db, changes, rotation);
      },
      sio::Result<service::Rotated, service::RotateError>(sio::fail(service::RotateError::storage_unavailable)));
}

sio::Result<void, AccountError> LoginsPort::end(std::string login_id) {
  return writer_.call(
      [id = std::move(login_id)](Connection& db, Changes& changes) { return end_login(db, changes, id); },
      unavailable<void>());
}

sio::Result<void, AccountError> LoginsPort::end_all(domain::UserId user) {
  return writer_.call([user](Connection& db, Changes& changes) { return end_all_logins(db, changes, user); },
                      unavailable<void>());
}

sio::Result<std::optional<service::Login>, StoreError> LoginsPort::find(std::string_view login_id) {
  return readers_.read([login_id](Connection& db, MessageQueries&) -> std::optional<service::Login> {
    const auto login = find_login_row(db, login_id);
    if (!login) return std::nullopt;
    auto account = find_account_by_id(db, login->user);
    if (!account) return std::nullopt;
    const bool usable = !account->user.disabled;
    return service::Login{std::move(account->user), usable};
  });
}

sio::Result<void, AccountError> CodesPort::add_invite(service::NewCode code) {
  return writer_.call([code = std::move(code)](Connection& db, Changes&) { return store::add_invite(db, code); },
                      unavailable<void>());
}

sio::Result<bool, StoreError> CodesPort::invite_stands(const service::CodeUse& use) {
  return readers_.read([&](Connection& db, MessageQueries&) { return store::invite_stands(db, use); });
}

sio::Result<std::vector<service::Invite>, StoreError> CodesPort::invites(std::int64_t now_unix_us) {
  return readers_.read([&](Connection& db, MessageQueries&) { return list_invites(db, now_unix_us); });
}

sio::Result<void, AccountError> CodesPort::revoke_invite(std::int64_t id) {
  return writer_.call([id](Connection& db, Changes&) { return store::revoke_invite(db, id); }, unavailable<void>());
}

sio::Result<void, AccountError> CodesPort::add_reset(domain::UserId user, service::NewCode code) {
  return writer_.call(
      [user, code = std::move(code)](Connection& db, Changes&) { return store::add_reset(db, user, code); },
      unavailable<void>());
}

sio::Result<bool, StoreError> CodesPort::reset_stands(const service::CodeUse& use) {
  return readers_.read([&](Connection& db, MessageQueries&) { return store::reset_stands(db, use); });
}

sio::Result<domain::User, AccountError> CodesPort::reset_password(service::CodeUse use, std::string password_hash) {
  return writer_.call([use = std::move(use), hash = std::move(password_hash)](
                          Connection& db, Changes& changes) { return store::reset_password(db, changes, use, hash); },
                      unavailable<domain::User>());
}

}  // namespace parley::store
