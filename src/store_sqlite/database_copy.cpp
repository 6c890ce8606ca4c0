#include "database_copy.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "database_file.hpp"
#include "durable_file.hpp"

namespace parley::store {
namespace {

namespace fs = std::filesystem;

bool has_table(Connection& connection, std::string_view name) {
  Statement statement(connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  statement.bind(name);
  return statement.step();
}

// One row of two numbers; NULL is 0.
EndOfLog pair_of(Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  if (!statement.step()) return {};
  return {statement.integer(0), statement.integer(1)};
}

}  // namespace

sio::Result<void, OpenFailure> copy_database(Connection& from, const fs::path& part, Files& files, const char* vfs) {
  Connection copy(part, OpenMode::read_write, vfs);
  // Who finds a copy that was not finished throws it away: it needs no journal, and is synchronised once, at the end.
  copy.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
  if (copy.error() != SqlError::none) return open_failure(copy, part);
  sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return open_failure(OpenError::io, part, sqlite3_errmsg(copy.handle()));
  const int step = sqlite3_backup_step(backup, -1);
  const int finish = sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE || finish != SQLITE_OK) {
    const int code = step == SQLITE_DONE ? finish : step;
    return open_failure(open_error_of(sql_error_of(code)), part, std::string("copying: ") + sqlite3_errstr(code));
  }
  // The copy says of itself that it has a log; from now on it has none.
  std::string mode;
  {
    Statement statement(copy, "PRAGMA journal_mode = DELETE");
    if (statement.step()) mode = statement.text(0);
    statement.run();  // what it says is what it is about to do
  }
  if (copy.error() != SqlError::none) return open_failure(copy, part);
  copy.close();
  if (mode != "delete" || !files.sync(part)) return open_failure(OpenError::io, part, error_of_system());
  return {};
}

Connection open_copy(const fs::path& file) { return Connection(file, OpenMode::immutable); }

std::string first_damage(Connection& connection, bool all) {
  Statement statement(connection, all ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (!statement.step() || statement.text(0) == "ok") return {};
  return std::string(statement.text(0));
}

void remove_database(const fs::path& file, Files& files) {
  for (const std::string_view suffix : {"", "-wal", "-shm", "-journal"}) files.remove(with_suffix(file, suffix));
}

EndOfLog end_of_log(Connection& connection) {
  EndOfLog end;
  const auto add = [&end](const EndOfLog& other) {
    end.last_id = std::max(end.last_id, other.last_id);
    end.commits = std::max(end.commits, other.commits);
  };
  if (has_table(connection, "chat")) add(pair_of(connection, "SELECT max(id), 0 FROM chat"));
  if (has_table(connection, "log_position")) {
    add(pair_of(connection, "SELECT max(last_message_id), max(commits) FROM log_position"));
  }
  if (has_table(connection, "id_gap")) add(pair_of(connection, "SELECT max(up_to_id), max(commits) FROM id_gap"));
  return end;
}

}  // namespace parley::store
