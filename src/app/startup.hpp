// Steps that several commands share when they start. Each throws StartupError with the exit code of the contract.
#pragma once

#include <filesystem>
#include <memory>

#include "command_line.hpp"
#include "config.hpp"
#include "exit_code.hpp"
#include "parley/auth/secret_key.hpp"
#include "parley/store_sqlite/open_error.hpp"
#include "parley/store_sqlite/store.hpp"

namespace parley::app {

ExitCode exit_code_of(store::OpenError error);

// Flags, environment and file of this process, resolved.
Config load_config(const CommandLine& line);

// Makes the directory with mode 0700 (and its parents) if it is absent.
void make_data_directory(const std::filesystem::path& directory);

std::unique_ptr<store::SqliteStore> open_store(const Config& config);

auth::SecretKey load_secret_key(const std::filesystem::path& file);

}  // namespace parley::app
