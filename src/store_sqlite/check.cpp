#include <utility>

#include "database_file.hpp"
#include "parley/store_sqlite/store.hpp"
#include "restore.hpp"
#include "schema.hpp"
#include "sqlite.hpp"

namespace parley::store {

sio::Result<CheckReport, OpenFailure> check_database(const std::filesystem::path& file) {
  const auto resolved = resolve(file);
  if (!resolved) return sio::fail(resolved.error());
  if (has_unfinished_restore(*resolved)) return unfinished_restore(*resolved);
  const auto exists = look_at(*resolved);
  if (!exists) return sio::fail(exists.error());
  CheckReport report;
  report.sqlite_version = sqlite3_libversion();
  if (!*exists) return report;
  Connection connection = open_to_look(*resolved);
  const auto version = schema_version(connection, *resolved, newest_schema_version());
  if (!version) return sio::fail(version.error());
  report.schema_version = *version;
  {
    Statement problems(connection, "PRAGMA integrity_check(100)");
    while (problems.step()) {
      if (problems.text(0) != "ok") report.problems.emplace_back(problems.text(0));
    }
  }
  if (report.schema_version > 1) {
    Statement position(connection, "SELECT 1 FROM log_position WHERE id = 1");
    if (!position.step()) report.problems.emplace_back("the position of the log is missing");
  }
  if (connection.error() != SqlError::none) return open_failure(connection, *resolved);
  return report;
}

}  // namespace parley::store
