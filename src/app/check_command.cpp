#include <sys/stat.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "control_socket.hpp"
#include "parley/auth/secret_key.hpp"
#include "parley/store_sqlite/store.hpp"
#include "sio/json/writer.hpp"
#include "startup.hpp"
#include "version.hpp"

namespace parley::app {
namespace {

struct Finding {
  std::string what;     // "database"
  std::string said;     // what is there
  std::string problem;  // empty: fine
  ExitCode code = ExitCode::ok;
};

Finding check_key(const Config& config) {
  const std::filesystem::path file = config.jwt_secret_path();
  Finding finding{"key", file.string(), {}, ExitCode::ok};
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) {
    finding.said += ", will be made at the first start";
    return finding;
  }
  if ((info.st_mode & 0007U) != 0) {
    finding.problem = "the key file can be read or written by everybody";
    finding.code = ExitCode::configuration;
  } else if (const auto key = auth::load_or_create_secret_key(file); !key) {
    finding.problem = "the key file " + std::string(auth::to_string(key.error()));
    finding.code = ExitCode::configuration;
  }
  return finding;
}

Finding check_data(const Config& config) {
  const std::filesystem::path file = config.sqlite_file();
  Finding finding{"database", file.string(), {}, ExitCode::ok};
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    finding.said += ", will be made at the first start";
    return finding;
  }
  const auto report = store::check_database(file);
  if (!report) {
    finding.problem = report.error().detail;
    finding.code = exit_code_of(report.error().error);
    return finding;
  }
  finding.said += ", schema " + std::to_string(report->schema_version);
  if (report->schema_version < store::newest_schema_version()) {
    finding.said += " (" + std::to_string(store::newest_schema_version()) + " after the next start)";
  }
  finding.said += ", SQLite " + report->sqlite_version;
  for (const std::string& problem : report->problems) {
    if (!finding.problem.empty()) finding.problem += "; ";
    finding.problem += problem;
    finding.code = ExitCode::data;
  }
  return finding;
}

void print(const CommandLine& line, const Finding& finding) {
  if (line.json) {
    std::string text;
    sio::json::Writer json(text);
    json.begin_object()
        .member("what", std::string_view(finding.what))
        .member("ok", finding.problem.empty())
        .member("found", std::string_view(finding.said));
    if (!finding.problem.empty()) json.member("problem", std::string_view(finding.problem));
    json.end_object();
    std::cout << text << '\n';
    return;
  }
  std::cout << (finding.problem.empty() ? "ok      " : "wrong   ") << finding.what << ": " << finding.said << '\n';
  if (!finding.problem.empty()) std::cout << "        " << finding.problem << '\n';
}

}  // namespace

ExitCode check_command(const CommandLine& line) {
  const Config config = load_config(line);  // throws if that is what is wrong
  const std::vector<Finding> findings{
      {"version", std::string(kVersion) + ", newest schema " + std::to_string(store::newest_schema_version()), {}, {}},
      {"configuration", "data in " + config.data.string(), {}, {}},
      {"server", is_served(config.control_socket_path()) ? "runs on these data" : "none runs on these data", {}, {}},
      check_key(config),
      check_data(config)};
  ExitCode code = ExitCode::ok;
  for (const Finding& finding : findings) {
    print(line, finding);
    if (code == ExitCode::ok) code = finding.code;
  }
  return code;
}

}  // namespace parley::app
