#include <iostream>
#include <string>

#include "commands.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "sio/json/writer.hpp"
#include "startup.hpp"

namespace parley::app {
namespace {

void print_json(const store::MigrationPlan& plan, bool done, const std::string& backup) {
  std::string text;
  sio::json::Writer json(text);
  json.begin_object()
      .member("from", plan.current)
      .member("to", plan.newest)
      .member("done", done)
      .key("migrations")
      .begin_array();
  for (const store::PlannedMigration& each : plan.due) {
    json.begin_object().member("version", each.version).member("name", each.name).end_object();
  }
  json.end_array();
  if (!backup.empty()) json.member("backup", std::string_view(backup));
  json.end_object();
  std::cout << text << '\n';
}

void print_text(const store::MigrationPlan& plan, bool done, const std::string& backup) {
  if (plan.due.empty()) {
    std::cout << "the database is at the newest schema, " << plan.newest << '\n';
    return;
  }
  std::cout << (done ? "brought" : "would bring") << " the database from schema " << plan.current << " to "
            << plan.newest << '\n';
  for (const store::PlannedMigration& each : plan.due) {
    std::cout << "  " << each.version << "  " << each.name << '\n';
  }
  if (!backup.empty()) std::cout << "backup: " << backup << '\n';
}

}  // namespace

ExitCode migrate_command(const CommandLine& line) {
  const Config config = load_config(line);
  const auto print = line.json ? print_json : print_text;
  if (line.dry_run) {
    const auto plan = store::plan_migrations(config.sqlite_file());
    if (!plan) throw StartupError(exit_code_of(plan.error().error), plan.error().detail);
    print(*plan, false, {});
    return ExitCode::ok;
  }
  make_data_directory(config.data);
  const auto report = store::migrate(config.sqlite_file());
  if (!report) throw StartupError(exit_code_of(report.error().error), report.error().detail);
  print(report->plan, true, report->backup ? report->backup->string() : std::string());
  return ExitCode::ok;
}

}  // namespace parley::app
