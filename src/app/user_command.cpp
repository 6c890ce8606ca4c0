#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include "admin_commands.hpp"
#include "commands.hpp"
#include "control_socket.hpp"
#include "parley/auth/passwords.hpp"
#include "parley/domain/timestamp.hpp"
#include "parley/service/message_log.hpp"
#include "password_input.hpp"
#include "sio/json/writer.hpp"
#include "startup.hpp"
#include "table.hpp"
#include "user_json.hpp"

namespace parley::app {
namespace {

// Nobody sends messages while a command has the data to itself.
class NoDelivery final : public service::CommitListener {
 public:
  void on_committed(service::BatchPtr) noexcept override {}
};

// On the data directory itself, which no server uses then.
AdminResult run_here(const Config& config, const AdminRequest& request) {
  if (request.command == Command::user_add || request.command == Command::invite_create) {
    make_data_directory(config.data);
  } else if (std::error_code error; !std::filesystem::exists(config.sqlite_file(), error)) {
    throw StartupError(ExitCode::unavailable, "there is no database " + config.sqlite_file().string());
  }
  NoDelivery nobody;
  const auto store = open_store(config);
  store->set_commit_listener(nobody);
  store->start();
  const auth::PasswordHasher hasher;
  // No token is ever made here; the codec needs some key.
  const auth::TokenCodec codec(auth::SecretKey(std::string(auth::kSecretKeyBytesMin, '\0')));
  service::Accounts accounts(store->directory(), store->logins(), store->codes(), hasher, codec, {});
  AdminResult result = AdminCommands(store->directory(), store->codes(), accounts).run(request);
  store->stop();
  return result;
}

AdminResult run_anywhere(const Config& config, const AdminRequest& request) {
  if (const auto answer = call_control_socket(config.control_socket_path(), to_json(request))) {
    auto result = admin_result_from_json(*answer);
    if (!result) throw StartupError(ExitCode::unavailable, "the server's answer is not understood: another version?");
    return std::move(*result);
  }
  return run_here(config, request);
}

// The code alone, so that it can be piped on.
void print_code(const CommandLine& line, const service::IssuedCode& issued) {
  if (!line.json) {
    std::cout << issued.code << '\n';
    return;
  }
  std::string text;
  sio::json::Writer(text)
      .begin_object()
      .member("code", std::string_view(issued.code))
      .member("expires", std::string_view(domain::to_iso_8601(issued.expires_unix_us)))
      .end_object();
  std::cout << text << '\n';
}

std::string maker_of(const service::Invite& invite) {
  return invite.made_by ? std::to_string(invite.made_by->value) : "operator";
}

void print_invites(const CommandLine& line, const std::vector<service::Invite>& invites) {
  Table table({"ID", "MADE BY", "MADE (UTC)", "EXPIRES (UTC)"});
  for (const service::Invite& invite : invites) {
    const std::string made = domain::to_iso_8601(invite.made_unix_us);
    const std::string expires = domain::to_iso_8601(invite.expires_unix_us);
    table.add({std::to_string(invite.id), maker_of(invite), made.substr(0, 19), expires.substr(0, 19)});
    if (!line.json) continue;
    std::string text;
    sio::json::Writer json(text);
    json.begin_object().member("id", invite.id).key("made_by");
    if (invite.made_by) {
      json.integer(invite.made_by->value);
    } else {
      json.null();
    }
    json.member("made", std::string_view(made)).member("expires", std::string_view(expires)).end_object();
    std::cout << text << '\n';
  }
  if (!line.json) std::cout << table.render();
}

void print(const CommandLine& line, const AdminResult& result) {
  if (result.issued) return print_code(line, *result.issued);
  if (line.command == Command::invite_list) return print_invites(line, result.invites);
  if (line.command == Command::invite_revoke) return;
  if (line.json) {
    for (const domain::User& user : result.users) {
      std::string text;
      sio::json::Writer json(text);
      write_user(json, user);
      std::cout << text << '\n';
    }
    return;
  }
  Table table({"ID", "E-MAIL", "NAME", "ROLE", "STATE"});
  for (const domain::User& user : result.users) {
    table.add({std::to_string(user.id.value), user.email, user.name, std::string(domain::to_string(user.role)),
               user.disabled ? "disabled" : "enabled"});
  }
  std::cout << table.render();
}

}  // namespace

ExitCode user_command(const CommandLine& line) {
  const Config config = load_config(line);
  AdminRequest request{line.command, line.account, line.name, line.role, {}};
  if (line.command == Command::user_add || line.command == Command::user_password) {
    request.password = read_new_password();
  }
  const AdminResult result = run_anywhere(config, request);
  if (result.code != ExitCode::ok) throw StartupError(result.code, result.error);
  print(line, result);
  return ExitCode::ok;
}

}  // namespace parley::app
