#include "database_file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <system_error>
#include <utility>

#include "database_copy.hpp"
#include "durable_file.hpp"
#include "log_file.hpp"
#include "schema.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::string_view kJournalMagic{"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7", 8};

// Whether SQLite left a log or a journal beside it that can begin with the first page.
bool has_log(const fs::path& file, Files& files) {
  std::array<unsigned char, kLogHeadBytes> head{};
  const auto got = files.read(with_suffix(file, "-wal"), 0, head);
  if (got == static_cast<std::ptrdiff_t>(head.size()) && is_good_log_head(head)) return true;
  const auto begun = std::span(head).first(kJournalMagic.size());
  return files.read(with_suffix(file, "-journal"), 0, begun) == static_cast<std::ptrdiff_t>(begun.size()) &&
         std::equal(begun.begin(), begun.end(), kJournalMagic.begin(),
                    [](unsigned char there, char magic) { return there == static_cast<unsigned char>(magic); });
}

bool has_columns(Connection& connection, std::string_view table, std::initializer_list<std::string_view> wanted) {
  std::size_t found = 0;
  Statement columns(connection, "SELECT name FROM pragma_table_info(?1)");
  columns.bind(table);
  while (columns.step()) found += std::count(wanted.begin(), wanted.end(), columns.text(0)) > 0 ? 1U : 0U;
  return found == wanted.size();
}

std::int64_t single_number(Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  return statement.step() ? statement.integer(0) : 0;
}

}  // namespace

sio::Failure<OpenFailure> open_failure(OpenError error, const fs::path& file, std::string_view what) {
  return sio::fail(OpenFailure{error, file.string() + ": " + std::string(what)});
}

OpenError open_error_of(SqlError error) {
  switch (error) {
    case SqlError::not_a_database:
      return OpenError::not_a_database;
    case SqlError::busy:
      return OpenError::in_use;
    case SqlError::damaged:
    case SqlError::constraint:
    case SqlError::other:
      return OpenError::damaged;
    case SqlError::none:
    case SqlError::full:
    case SqlError::no_memory:
    case SqlError::interrupted:
    case SqlError::read_only:
    case SqlError::io:
      break;
  }
  return OpenError::io;
}

sio::Failure<OpenFailure> open_failure(const Connection& connection, const fs::path& file) {
  return open_failure(open_error_of(connection.error()), file, connection.error_text());
}

sio::Result<fs::path, OpenFailure> resolve(const fs::path& file) {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  if (!error && fs::is_directory(absolute.parent_path(), error)) {
    fs::path resolved = fs::weakly_canonical(absolute, error);
    if (!error && !fs::is_directory(resolved)) return resolved;
    return open_failure(OpenError::cannot_create, file, "is not a file");
  }
  return open_failure(OpenError::cannot_create, file, "its directory does not exist");
}

sio::Result<bool, OpenFailure> look_at(const fs::path& file, Files& files) {
  const Files::Looked found = files.look(file);
  if (found.kind == Files::Kind::other) {
    return open_failure(OpenError::not_a_database, file, "is not a regular file");
  }
  if (found.bytes == 0) {
    // A journal, or the head of a log, may be left by a first start that was killed: nothing was ever committed there.
    if (files.look(with_suffix(file, "-wal")).bytes > kLogHeadBytes) {
      return open_failure(OpenError::orphaned_log, file,
                          "the database is missing or empty, but its log is there: put the database back, or move the "
                          "log away to begin anew");
    }
    return false;
  }
  std::array<unsigned char, kHeaderBytes> header{};
  const std::ptrdiff_t got = files.read(file, 0, header);
  if (got < 0) return open_failure(OpenError::io, file, error_of_system());
  const bool good =
      static_cast<std::size_t>(got) == header.size() && std::equal(kMagic.begin(), kMagic.end(), header.begin());
  // When the power goes, a write to this page may be there in part only. Then the log or the journal has it.
  if (!good && !has_log(file, files)) {
    return open_failure(OpenError::not_a_database, file, "is not an SQLite database");
  }
  const fs::path log = with_suffix(file, "-wal");
  const LogState state = look_at_log(file, log, files);
  if (state == LogState::unreadable) return open_failure(OpenError::io, log, error_of_system());
  if (state == LogState::damaged) {
    return open_failure(
        OpenError::damaged, log,
        "the log is damaged at its beginning: what was written last cannot be read (restore a backup, or "
        "move the log away to go on without it)");
  }
  return true;
}

sio::Result<void, OpenFailure> create_file(const fs::path& file, Files& files) {
  if (files.create(file)) return {};
  return open_failure(OpenError::cannot_create, file, error_of_system());
}

Connection open_to_look(const fs::path& file) {
  Connection connection(file, OpenMode::read_only);
  sqlite3_busy_timeout(connection.handle(), 5'000);  // somebody else may just be recovering the log
  Statement first(connection, "SELECT count(*) FROM sqlite_schema");
  first.step();
  if (connection.error() != SqlError::read_only) return connection;
  connection = Connection(file, OpenMode::read_write);
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return connection;
}

sio::Result<int, OpenFailure> schema_version(Connection& connection, const fs::path& file, int newest) {
  const std::int64_t version = single_number(connection, "PRAGMA user_version");
  const std::int64_t application = single_number(connection, "PRAGMA application_id");
  const std::int64_t tables = single_number(
      connection, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  const bool original =
      has_columns(connection, "user", {"id", "name", "email", "password", "role"}) &&
      has_columns(connection, "chat", {"id", "sender_id", "receiver_id", "content", "timestamp", "read_status"});
  if (connection.error() != SqlError::none) return open_failure(connection, file);
  if (version == 0 && tables == 0) return 0;
  if (version == 0 && application == 0 && original) return 1;
  if (application != kApplicationId) {
    return open_failure(OpenError::not_a_database, file, "has tables that are not Parley's");
  }
  if (version > newest) {
    return open_failure(OpenError::schema_newer, file,
                        "was written by a newer Parley (schema " + std::to_string(version) + ", this program knows " +
                            std::to_string(newest) + ")");
  }
  if (!original || version < 1) return open_failure(OpenError::damaged, file, "tables are missing");
  return static_cast<int>(version);
}

sio::Result<void, OpenFailure> prepare_for_writing(Connection& connection, const fs::path& file) {
  sqlite3_busy_timeout(connection.handle(), kOthersWaitMs);
  std::string mode;
  {
    Statement statement(connection, "PRAGMA journal_mode = WAL");
    // To its end: it says "wal" first, and writes that to the file after.
    while (statement.step()) mode = statement.text(0);
  }
  connection.execute(
      "PRAGMA synchronous = FULL;"
      "PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA journal_size_limit = 67108864;"
      "PRAGMA cache_size = -32768;"
      "PRAGMA mmap_size = 0;"
      "PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON;"
      "PRAGMA foreign_keys = OFF");  // rows of the original application point to people who are gone
  if (connection.error() != SqlError::none) return open_failure(connection, file);
  if (mode != "wal") return open_failure(OpenError::io, file, "the file system cannot hold a write-ahead log");
  return {};
}

sio::Result<void, OpenFailure> empty_log(Connection& connection, const fs::path& file, Files& files) {
  const fs::path log = with_suffix(file, "-wal");
  if (files.look(log).bytes == 0) return {};
  const int code =
      sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (!is_passing(sql_error_of(code)))
    return open_failure(open_error_of(sql_error_of(code)), file, sqlite3_errstr(code));
  if (files.sync(log)) return {};
  return open_failure(OpenError::io, log, error_of_system());
}

sio::Result<fs::path, OpenFailure> back_up_before(Connection& connection, const fs::path& file, int version,
                                                  Files& files, const char* vfs) {
  const std::string suffix = ".before-" + std::to_string(version) + "-" + compact_utc(sio::rt::unix_now_us());
  fs::path target = with_suffix(file, suffix);
  for (int n = 2; files.look(target).kind != Files::Kind::absent; ++n) {
    target = with_suffix(file, suffix + "-" + std::to_string(n));
  }
  // One name for all: what a migration that was killed has left is found by the next one, and thrown away.
  const fs::path part = with_suffix(file, ".before-migration.part");
  remove_database(part, files);
  if (auto created = create_file(part, files); !created) return sio::fail(created.error());
  if (auto copied = copy_database(connection, part, files, vfs); !copied) {
    remove_database(part, files);
    return sio::fail(copied.error());
  }
  if (files.publish(part, target)) return target;
  remove_database(part, files);
  return open_failure(OpenError::cannot_create, target, "the backup before the migration could not be written");
}

}  // namespace parley::store
