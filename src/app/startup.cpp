#include "startup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "settings.hpp"

namespace parley::app {

ExitCode exit_code_of(store::OpenError error) {
  switch (error) {
    case store::OpenError::in_use:
    case store::OpenError::cannot_create:
      return ExitCode::cannot_create;
    case store::OpenError::not_a_database:
    case store::OpenError::damaged:
    case store::OpenError::orphaned_log:
    case store::OpenError::unfinished:
      return ExitCode::data;
    case store::OpenError::schema_newer:
    case store::OpenError::schema_older:
      return ExitCode::configuration;
    case store::OpenError::io:
      return ExitCode::io;
  }
  return ExitCode::internal;
}

Config load_config(const CommandLine& line) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) variables.emplace_back(*entry);
  std::filesystem::path file = line.config_file;
  const Settings environment = settings_from_environment(variables, file);
  return resolve(line.flags, environment, file.empty() ? Settings{} : settings_from_file(file));
}

void make_data_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (const auto parent = std::filesystem::absolute(directory).lexically_normal().parent_path(); !parent.empty()) {
    std::filesystem::create_directories(parent, error);
  }
  if (::mkdir(directory.c_str(), 0700) == 0) return;
  if (errno == EEXIST && std::filesystem::is_directory(directory, error)) return;
  throw StartupError(ExitCode::cannot_create, "cannot make the data directory " + directory.string());
}

std::unique_ptr<store::SqliteStore> open_store(const Config& config) {
  store::StoreOptions options;
  options.file = config.sqlite_file();
  options.rules.peer_chat = config.peer_chat;
  options.auto_migrate = config.auto_migrate;
  auto opened = store::SqliteStore::open(std::move(options));
  if (!opened) throw StartupError(exit_code_of(opened.error().error), opened.error().detail);
  return std::move(*opened);
}

auth::SecretKey load_secret_key(const std::filesystem::path& file) {
  auto key = auth::load_or_create_secret_key(file);
  if (key) return std::move(*key);
  const ExitCode code =
      key.error() == auth::KeyError::cannot_create ? ExitCode::cannot_create : ExitCode::configuration;
  throw StartupError(code, "the key file " + file.string() + " " + std::string(auth::to_string(key.error())));
}

}  // namespace parley::app
