// The JSON forms of requests and results on the control socket.
#include <array>
#include <utility>

#include "admin_commands.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"
#include "user_json.hpp"

namespace parley::app {
namespace {

constexpr std::array<std::pair<std::string_view, Command>, 10> kCommands{{{"add", Command::user_add},
                                                                          {"list", Command::user_list},
                                                                          {"password", Command::user_password},
                                                                          {"reset", Command::user_reset},
                                                                          {"role", Command::user_role},
                                                                          {"disable", Command::user_disable},
                                                                          {"enable", Command::user_enable},
                                                                          {"invite", Command::invite_create},
                                                                          {"invites", Command::invite_list},
                                                                          {"revoke", Command::invite_revoke}}};

// A list of all accounts may be long; the depth is ours.
constexpr sio::json::Limits kLimits{.depth_max = 4, .members_max = 100'000'000};

std::string text_of(const sio::json::Value& object, std::string_view key) {
  const auto value = object.find(key);
  return value ? value->as_string().value_or("") : "";
}

std::optional<domain::User> user_of(const sio::json::Value& value) {
  const auto id = value.find("id");
  const auto role = domain::parse_role(text_of(value, "role"));
  const auto disabled = value.find("disabled");
  if (!id || !id->as_int64() || !role || !disabled || !disabled->as_bool()) return std::nullopt;
  return domain::User{domain::UserId(*id->as_int64()), text_of(value, "name"), text_of(value, "email"), *role,
                      *disabled->as_bool()};
}

std::optional<std::int64_t> number_of(const sio::json::Value& object, std::string_view key) {
  const auto value = object.find(key);
  return value ? value->as_int64() : std::nullopt;
}

std::optional<service::Invite> invite_of(const sio::json::Value& value) {
  const auto id = number_of(value, "id");
  const auto made_by = number_of(value, "made_by");
  const auto made = number_of(value, "made");
  const auto expires = number_of(value, "expires");
  if (!id || !made_by || !made || !expires) return std::nullopt;
  return service::Invite{*id, *made_by == 0 ? std::nullopt : std::optional(domain::UserId(*made_by)), *made, *expires};
}

void write_invite(sio::json::Writer& json, const service::Invite& invite) {
  json.begin_object()
      .member("id", invite.id)
      .member("made_by", invite.made_by ? invite.made_by->value : std::int64_t{0})
      .member("made", invite.made_unix_us)
      .member("expires", invite.expires_unix_us)
      .end_object();
}

// Codes and invites, where there are any.
bool read_codes(const sio::json::Value& value, AdminResult& result) {
  if (const auto expires = number_of(value, "expires")) result.issued = {text_of(value, "code"), *expires};
  const auto invites = value.find("invites");
  if (!invites) return true;
  if (!invites->is_array()) return false;
  for (const sio::json::Value& each : invites->elements()) {
    auto invite = invite_of(each);
    if (!invite) return false;
    result.invites.push_back(*invite);
  }
  return true;
}

}  // namespace

void write_user(sio::json::Writer& json, const domain::User& user) {
  json.begin_object()
      .member("id", user.id.value)
      .member("email", std::string_view(user.email))
      .member("name", std::string_view(user.name))
      .member("role", domain::to_string(user.role))
      .member("disabled", user.disabled)
      .end_object();
}

std::string to_json(const AdminRequest& request) {
  std::string_view command;
  for (const auto& [name, each] : kCommands) {
    if (each == request.command) command = name;
  }
  std::string text;
  sio::json::Writer(text)
      .begin_object()
      .member("command", command)
      .member("account", std::string_view(request.account))
      .member("name", std::string_view(request.name))
      .member("role", std::string_view(request.role))
      .member("password", std::string_view(request.password))
      .end_object();
  return text;
}

std::optional<AdminRequest> admin_request_from_json(std::string_view text) {
  if (sio::json::scan(text, kLimits) != sio::json::Error::none) return std::nullopt;
  const sio::json::Value value(text);
  const std::string command = text_of(value, "command");
  for (const auto& [name, each] : kCommands) {
    if (name != command) continue;
    return AdminRequest{each, text_of(value, "account"), text_of(value, "name"), text_of(value, "role"),
                        text_of(value, "password")};
  }
  return std::nullopt;
}

std::string to_json(const AdminResult& result) {
  std::string text;
  sio::json::Writer json(text);
  json.begin_object()
      .member("exit", static_cast<int>(result.code))
      .member("error", std::string_view(result.error))
      .key("users")
      .begin_array();
  for (const domain::User& user : result.users) write_user(json, user);
  json.end_array().key("invites").begin_array();
  for (const service::Invite& invite : result.invites) write_invite(json, invite);
  json.end_array();
  if (result.issued) {
    json.member("code", std::string_view(result.issued->code)).member("expires", result.issued->expires_unix_us);
  }
  json.end_object();
  return text;
}

std::optional<AdminResult> admin_result_from_json(std::string_view text) {
  if (sio::json::scan(text, kLimits) != sio::json::Error::none) return std::nullopt;
  const sio::json::Value value(text);
  const auto code = value.find("exit");
  const auto users = value.find("users");
  if (!code || !code->as_int64() || !users || !users->is_array()) return std::nullopt;
  AdminResult result;
  result.code = static_cast<ExitCode>(*code->as_int64());
  result.error = text_of(value, "error");
  for (const sio::json::Value& each : users->elements()) {
    auto user = user_of(each);
    if (!user) return std::nullopt;
    result.users.push_back(std::move(*user));
  }
  if (!read_codes(value, result)) return std::nullopt;
  return result;
}

}  // namespace parley::app
