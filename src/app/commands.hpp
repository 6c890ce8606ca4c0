// One function a command. Each returns the exit code, prints for people or (--json) for programs, and throws
// StartupError when it cannot even begin.
#pragma once

#include "command_line.hpp"
#include "exit_code.hpp"

namespace parley::app {

ExitCode serve_command(const CommandLine& line);
ExitCode migrate_command(const CommandLine& line);
ExitCode user_command(const CommandLine& line);
ExitCode backup_command(const CommandLine& line);
ExitCode restore_command(const CommandLine& line);
ExitCode check_command(const CommandLine& line);
ExitCode version_command(const CommandLine& line);

}  // namespace parley::app
