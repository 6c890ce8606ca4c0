#include "admin_commands.hpp"

#include <charconv>
#include <utility>

#include "parley/domain/validation.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::app {
namespace {

AdminResult failure(ExitCode code, std::string sentence) { return {code, std::move(sentence), {}}; }

AdminResult storage_failure() { return failure(ExitCode::io, "the database is not available"); }

AdminResult failure_of(service::AccountError error) {
  switch (error) {
    case service::AccountError::email_taken:
      return failure(ExitCode::cannot_create, "there is an account with this e-mail address already");
    case service::AccountError::admin_exists:
      return failure(ExitCode::cannot_create, "there is an admin already");
    case service::AccountError::not_found:
      return failure(ExitCode::data, "there is no such account");
    case service::AccountError::last_admin:
      return failure(ExitCode::data, "this is the last enabled admin; make another one first");
    case service::AccountError::changed_meanwhile:
      return failure(ExitCode::data, "the account was changed by somebody else meanwhile; try again");
    case service::AccountError::invalid_code:
      return failure(ExitCode::data, "the code is not valid");
    case service::AccountError::storage_unavailable:
      return storage_failure();
  }
  return failure(ExitCode::internal, "unknown error");
}

AdminResult failure_of(const service::RegistrationRefused& refused) {
  using Why = service::RegistrationRefused::Why;
  switch (refused.why) {
    case Why::invalid_fields: {
      std::string sentence;
      for (const service::FieldFlaw& flaw : refused.flaws) {
        if (!sentence.empty()) sentence += "; ";
        sentence.append(service::to_string(flaw.field)).append(" ").append(domain::to_sentence(flaw.flaw));
      }
      return failure(ExitCode::data, sentence);
    }
    case Why::admin_signup_closed:
      return failure_of(service::AccountError::admin_exists);
    case Why::email_taken:
      return failure_of(service::AccountError::email_taken);
    case Why::storage_unavailable:
      return storage_failure();
  }
  return failure(ExitCode::internal, "unknown error");
}

AdminResult failure_of(service::PasswordChangeError error, std::string_view password) {
  switch (error) {
    case service::PasswordChangeError::wrong_password:
      return failure(ExitCode::data, "the password is wrong");
    case service::PasswordChangeError::invalid_code:
      return failure_of(service::AccountError::invalid_code);
    case service::PasswordChangeError::unacceptable:
      return failure(ExitCode::data, "password " + std::string(domain::to_sentence(domain::check_password(password))));
    case service::PasswordChangeError::not_found:
      return failure_of(service::AccountError::not_found);
    case service::PasswordChangeError::storage_unavailable:
      return storage_failure();
  }
  return failure(ExitCode::internal, "unknown error");
}

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1) return std::nullopt;
  return id;
}

}  // namespace

AdminResult AdminCommands::run(const AdminRequest& request) {
  switch (request.command) {
    case Command::user_add:
      return add(request);
    case Command::user_list:
      return list();
    case Command::user_password:
    case Command::user_role:
    case Command::user_disable:
    case Command::user_enable:
      return change(request);
    case Command::user_reset:
      return reset(request);
    case Command::invite_create:
      return invite();
    case Command::invite_list:
      return list_invites();
    case Command::invite_revoke:
      return revoke_invite(request);
    case Command::serve:
    case Command::migrate:
    case Command::backup:
    case Command::restore:
    case Command::check:
    case Command::version:
      break;
  }
  return failure(ExitCode::usage, "this is no command for accounts");
}

AdminResult AdminCommands::add(const AdminRequest& request) {
  const auto id = accounts_.add_user(
      {request.name, request.account, request.password, request.role, service::AdminSignupDecision::allowed});
  if (!id) return failure_of(id.error());
  const auto user = directory_.find(*id);
  if (!user || !*user) return storage_failure();
  return {ExitCode::ok, {}, {**user}};
}

AdminResult AdminCommands::list() {
  AdminResult result;
  service::PageQuery query;
  query.after = 0;
  while (true) {
    auto page = directory_.list_all(query);
    if (!page) return storage_failure();
    for (service::Person& person : page->items) result.users.push_back(std::move(person.user));
    if (!page->more || result.users.empty()) return result;
    query.after = result.users.back().id.value;
  }
}

AdminResult AdminCommands::change(const AdminRequest& request) {
  auto found = find(request.account);
  if (!found) return found.error();
  if (request.command == Command::user_password) {
    const auto set = accounts_.set_password(found->id, request.password);
    if (!set) return failure_of(set.error(), request.password);
    return {ExitCode::ok, {}, {*found}};
  }
  if (request.command == Command::user_role) {
    const auto role = domain::parse_role(request.role);
    if (!role) return failure(ExitCode::data, "role " + std::string(domain::to_sentence(domain::Flaw::not_a_role)));
    const auto user = directory_.set_role(found->id, *role);
    if (!user) return failure_of(user.error());
    return {ExitCode::ok, {}, {*user}};
  }
  const auto user = directory_.set_disabled(found->id, request.command == Command::user_disable);
  if (!user) return failure_of(user.error());
  return {ExitCode::ok, {}, {*user}};
}

AdminResult AdminCommands::reset(const AdminRequest& request) {
  auto found = find(request.account);
  if (!found) return found.error();
  auto code = accounts_.issue_reset(found->id, std::nullopt, sio::rt::unix_now_us());
  if (!code) return failure_of(code.error());
  return {ExitCode::ok, {}, {*found}, std::move(*code), {}};
}

AdminResult AdminCommands::invite() {
  auto code = accounts_.invite(std::nullopt, sio::rt::unix_now_us());
  if (!code) return failure_of(code.error());
  return {ExitCode::ok, {}, {}, std::move(*code), {}};
}

AdminResult AdminCommands::list_invites() {
  auto invites = codes_.invites(sio::rt::unix_now_us());
  if (!invites) return storage_failure();
  return {ExitCode::ok, {}, {}, {}, std::move(*invites)};
}

AdminResult AdminCommands::revoke_invite(const AdminRequest& request) {
  const auto id = parse_id(request.account);
  const auto revoked = codes_.revoke_invite(id.value_or(0));
  if (revoked) return {};
  if (revoked.error() == service::AccountError::not_found) return failure(ExitCode::data, "there is no such invite");
  return failure_of(revoked.error());
}

sio::Result<domain::User, AdminResult> AdminCommands::find(const std::string& account) {
  if (const auto id = parse_id(account)) {
    const auto user = directory_.find(domain::UserId(*id));
    if (!user) return sio::fail(storage_failure());
    if (!*user) return sio::fail(failure_of(service::AccountError::not_found));
    return **user;
  }
  const auto found = directory_.find_account(account);
  if (!found) return sio::fail(storage_failure());
  if (!*found) return sio::fail(failure_of(service::AccountError::not_found));
  return (**found).user;
}

}  // namespace parley::app
