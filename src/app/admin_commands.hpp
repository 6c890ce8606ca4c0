// What operators do with accounts: one implementation, run in the server when there is one (through the control
// socket), else by the command itself on the data directory. Requests and results are values with a JSON form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"
#include "exit_code.hpp"
#include "parley/domain/user.hpp"
#include "parley/service/accounts.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/one_time_codes.hpp"

namespace parley::app {

struct AdminRequest {
  Command command = Command::user_list;  // one of user_… or invite_…
  std::string account;                   // e-mail address or id; invite_revoke: the invite's id
  std::string name;
  std::string role;
  std::string password;
};

struct AdminResult {
  ExitCode code = ExitCode::ok;
  std::string error;                // a sentence unless code is ok
  std::vector<domain::User> users;  // whom it was about, as they are now
  std::optional<service::IssuedCode> issued = {};
  std::vector<service::Invite> invites = {};
};

// The words of the control socket. None: not one of ours.
std::string to_json(const AdminRequest& request);
std::optional<AdminRequest> admin_request_from_json(std::string_view text);
std::string to_json(const AdminResult& result);
std::optional<AdminResult> admin_result_from_json(std::string_view text);

class AdminCommands {
 public:
  AdminCommands(service::Directory& directory, service::OneTimeCodes& codes, service::Accounts& accounts)
      : directory_(directory), codes_(codes), accounts_(accounts) {}

  // Blocks; hashes for user_add and user_password.
  AdminResult run(const AdminRequest& request);

 private:
  AdminResult add(const AdminRequest& request);
  AdminResult list();
  AdminResult change(const AdminRequest& request);
  AdminResult reset(const AdminRequest& request);
  AdminResult invite();
  AdminResult list_invites();
  AdminResult revoke_invite(const AdminRequest& request);
  sio::Result<domain::User, AdminResult> find(const std::string& account);

  service::Directory& directory_;
  service::OneTimeCodes& codes_;
  service::Accounts& accounts_;
};

}  // namespace parley::app
