#include "parley/store_sqlite/migrations.hpp"

#include <algorithm>
#include <utility>

#include "database_file.hpp"
#include "open_database.hpp"
#include "restore.hpp"
#include "schema.hpp"

namespace parley::store {
namespace {

MigrationPlan plan_from(int current, bool exists) {
  MigrationPlan plan{exists, current, newest_schema_version(), {}};
  for (const Migration& migration : migrations()) {
    if (migration.version > current) plan.due.push_back({migration.version, migration.name});
  }
  return plan;
}

const char* sql_of(int version) {
  const auto all = migrations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Migration& m) { return m.version == version; });
  SIO_CHECK(found != all.end());
  return found->sql;
}

}  // namespace

std::string_view to_string(OpenError error) {
  switch (error) {
    case OpenError::in_use:
      return "in use by another process";
    case OpenError::cannot_create:
      return "cannot be created";
    case OpenError::not_a_database:
      return "not a database of ours";
    case OpenError::damaged:
      return "damaged";
    case OpenError::orphaned_log:
      return "missing, but its log is there";
    case OpenError::unfinished:
      return "being restored";
    case OpenError::schema_newer:
      return "of a newer version";
    case OpenError::schema_older:
      return "of an older version";
    case OpenError::io:
      return "input/output error";
  }
  return "unusable";
}

int newest_schema_version() { return migrations().back().version; }

sio::Result<MigrationPlan, OpenFailure> plan_migrations(const std::filesystem::path& file) {
  const auto resolved = resolve(file);
  if (!resolved) return sio::fail(resolved.error());
  if (has_unfinished_restore(*resolved)) return unfinished_restore(*resolved);
  const auto exists = look_at(*resolved);
  if (!exists) return sio::fail(exists.error());
  if (!*exists) return plan_from(0, false);
  Connection connection = open_to_look(*resolved);
  const auto version = schema_version(connection, *resolved, newest_schema_version());
  if (!version) return sio::fail(version.error());
  return plan_from(*version, true);
}

bool run_migrations(Connection& connection, const std::vector<PlannedMigration>& due) {
  if (due.empty()) return true;
  bool good = connection.execute("BEGIN EXCLUSIVE");
  for (const PlannedMigration& each : due) good = good && connection.execute(sql_of(each.version));
  if (good && connection.execute("COMMIT")) return true;
  // The connection keeps the error; it is closed by whoever gets it, which rolls back.
  return false;
}

sio::Result<OpenDatabase, OpenFailure> open_database(const OpenRequest& request) {
  auto resolved = resolve(request.file);
  if (!resolved) return sio::fail(resolved.error());
  const std::filesystem::path& file = *resolved;
  auto lock = FileLock::acquire(std::filesystem::path(file) += ".lock");
  if (!lock && lock.error() == LockError::held) {
    return open_failure(OpenError::in_use, file, "another server has it open");
  }
  if (!lock) return open_failure(OpenError::cannot_create, file, "its lock cannot be made beside it");
  if (auto finished = finish_restore(file); !finished) return sio::fail(finished.error());
  Files& files = request.files == nullptr ? real_files() : *request.files;
  const auto exists = look_at(file, files);
  if (!exists) return sio::fail(exists.error());
  if (!*exists) {
    if (auto created = create_file(file, files); !created) return sio::fail(created.error());
  }

  OpenDatabase open{std::move(lock).value(), file, Connection(file, OpenMode::read_write, request.vfs), {}};
  if (open.writer.error() != SqlError::none) return open_failure(open.writer, file);
  // Looked at before anything is written: a newer or foreign database stays untouched.
  const auto version = schema_version(open.writer, file, newest_schema_version());
  if (!version) return sio::fail(version.error());
  open.report.plan = plan_from(*version, *exists);
  const auto& due = open.report.plan.due;
  if (!due.empty() && *version > 0 && !request.auto_migrate) {
    return open_failure(OpenError::schema_older, file, "migrations are due, and were forbidden (see: parley migrate)");
  }
  if (auto prepared = prepare_for_writing(open.writer, file); !prepared) return sio::fail(prepared.error());
  if (auto emptied = empty_log(open.writer, file, files); !emptied) return sio::fail(emptied.error());
  if (!due.empty() && *version > 0) {
    auto backup = back_up_before(open.writer, file, due.back().version, files, request.vfs);
    if (!backup) return sio::fail(backup.error());
    open.report.backup = std::move(backup).value();
  }
  if (!run_migrations(open.writer, due)) return open_failure(open.writer, file);
  return open;
}

sio::Result<MigrationReport, OpenFailure> migrate(const std::filesystem::path& file) {
  auto opened = open_database({.file = file});
  if (!opened) return sio::fail(opened.error());
  // Closing would do it too, and keep quiet if it fails. What a full disk leaves in the log is as good there.
  sqlite3* const database = opened->writer.handle();
  const int code = sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (!is_passing(sql_error_of(code))) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return open_failure(OpenError::io, file, "the schema is the newest, but its log cannot be taken into the database");
  }
  return std::move(opened->report);
}

}  // namespace parley::store
