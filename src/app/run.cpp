#include "run.hpp"

#include <exception>
#include <iostream>
#include <utility>

#include "command_line.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "out_of_memory.hpp"

namespace parley::app {
namespace {

ExitCode dispatch(const CommandLine& line) {
  switch (line.command) {
    case Command::serve:
      return serve_command(line);
    case Command::migrate:
      return migrate_command(line);
    case Command::user_add:
    case Command::user_list:
    case Command::user_password:
    case Command::user_reset:
    case Command::user_role:
    case Command::user_disable:
    case Command::user_enable:
    case Command::invite_create:
    case Command::invite_list:
    case Command::invite_revoke:
      return user_command(line);
    case Command::backup:
      return backup_command(line);
    case Command::restore:
      return restore_command(line);
    case Command::check:
      return check_command(line);
    case Command::version:
      return version_command(line);
  }
  return ExitCode::internal;
}

}  // namespace

int run(std::vector<std::string> arguments) noexcept {
  try {
    const ParsedArguments parsed = parse_arguments(std::move(arguments));
    if (!parsed.line) {
      std::cout << parsed.help;
      return static_cast<int>(ExitCode::ok);
    }
    return static_cast<int>(dispatch(*parsed.line));
  } catch (const StartupError& error) {
    std::cerr << "parley: " << error.what() << '\n';
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::cerr << "parley: " << error.what() << '\n';
    return static_cast<int>(is_lack_of_resources(error) ? ExitCode::system : ExitCode::internal);
  }
}

}  // namespace parley::app
