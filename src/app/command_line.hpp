// What was asked for on the command line, as a value. Reads no file and no environment, starts nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "settings.hpp"

namespace parley::app {

enum class Command : unsigned char {
  serve,
  migrate,
  user_add,
  user_list,
  user_password,
  user_reset,
  user_role,
  user_disable,
  user_enable,
  invite_create,
  invite_list,
  invite_revoke,
  backup,
  restore,
  check,
  version,
};

struct CommandLine {
  Command command = Command::serve;
  Settings flags;
  std::filesystem::path config_file;
  bool json = false;           // JSON lines for programs instead of tables for people
  bool dry_run = false;        // migrate
  std::string account;         // user: e-mail address or id; invite revoke: its id
  std::string name;            // user add
  std::string role;            // user add, user role
  std::filesystem::path file;  // backup, restore
  bool overwrite = false;      // backup
  bool keep_logins = false;    // restore
};

struct ParsedArguments {
  std::optional<CommandLine> line;  // none: `help` was asked for and is to be printed
  std::string help;
};

// `arguments` without the program's name. Throws StartupError(usage).
ParsedArguments parse_arguments(std::vector<std::string> arguments);

}  // namespace parley::app
