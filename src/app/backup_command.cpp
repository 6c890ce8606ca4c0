// `parley backup` and `parley restore`.
#include "parley/store_sqlite/backup.hpp"

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "commands.hpp"
#include "sio/json/writer.hpp"
#include "startup.hpp"

namespace parley::app {
namespace {

[[noreturn]] void fail(const store::OpenFailure& failure) {
  throw StartupError(exit_code_of(failure.error), failure.detail);
}

}  // namespace

// On the file itself, also beside a running server (docs/adr/0014): the copy is made with the rights of who asks for
// it.
ExitCode backup_command(const CommandLine& line) {
  const Config config = load_config(line);
  const std::filesystem::path database = config.sqlite_file();
  if (std::error_code error; !std::filesystem::exists(database, error)) {
    throw StartupError(ExitCode::unavailable, "there is no database " + database.string());
  }
  const auto report = store::back_up({database, line.file, line.overwrite});
  if (!report) fail(report.error());
  if (line.json) {
    std::string text;
    sio::json::Writer(text)
        .begin_object()
        .member("file", std::string_view(report->file.native()))
        .member("bytes", static_cast<std::int64_t>(report->bytes))
        .member("schema", report->schema_version)
        .member("last_id", report->last_id)
        .end_object();
    std::cout << text << '\n';
  } else {
    std::cout << "backup: " << report->file.string() << " (" << report->bytes << " bytes, schema "
              << report->schema_version << ", messages up to id " << report->last_id << ")\n";
  }
  return ExitCode::ok;
}

ExitCode restore_command(const CommandLine& line) {
  const Config config = load_config(line);
  make_data_directory(config.data);
  const auto report = store::restore({config.sqlite_file(), line.file, line.keep_logins});
  if (!report) fail(report.error());
  if (line.json) {
    std::string text;
    sio::json::Writer json(text);
    json.begin_object()
        .member("file", std::string_view(report->file.native()))
        .member("schema", report->schema_version)
        .member("last_id", report->last_id)
        .member("next_id", report->next_id);
    if (report->kept) json.member("kept", std::string_view(report->kept->native()));
    json.end_object();
    std::cout << text << '\n';
    return ExitCode::ok;
  }
  std::cout << "restored: " << report->file.string() << " (schema " << report->schema_version << ", messages up to id "
            << report->last_id << "; the next one gets " << report->next_id << ")\n";
  if (report->kept) std::cout << "kept: " << report->kept->string() << '\n';
  if (!line.keep_logins) std::cout << "all logins have ended: everybody logs in again\n";
  return ExitCode::ok;
}

}  // namespace parley::app
