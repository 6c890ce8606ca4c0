#include "restore.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "database_copy.hpp"
#include "database_file.hpp"
#include "durable_file.hpp"
#include "file_lock.hpp"
#include "parley/store_sqlite/backup.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDecided = ".restoring-";
constexpr std::string_view kKept = ".before-restore-";
// How far ids and commit numbers skip beyond all that is known: more than a database that is lost can have given since
// the backup (115 days of 100,000 messages a second). 9,000 restores later ids come to their end, 2^53.
constexpr std::int64_t kSkipped = 1'000'000'000'000;
constexpr std::int64_t kIdMax = (std::int64_t{1} << 53) - 1;

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

// The copies whose restore was decided, the first one first; more than one only if somebody made them by hand.
std::vector<fs::path> decided(const fs::path& file) {
  std::vector<fs::path> found;
  const std::string start = file.filename().native() + std::string(kDecided);
  std::error_code error;
  for (fs::directory_iterator entry(file.parent_path(), error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().native().starts_with(start)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

sio::Failure<OpenFailure> cannot(const fs::path& file, std::string_view what) {
  return open_failure(OpenError::io, file, std::string(what) + ": " + error_of_system());
}

// Steps that were done before are left out; in whatever step it ends, the next call goes on there.
sio::Result<std::optional<fs::path>, OpenFailure> finish(const fs::path& file, const fs::path& copy) {
  const std::string stamp = copy.filename().native().substr(file.filename().native().size() + kDecided.size());
  const fs::path kept = with_suffix(file, std::string(kKept) + stamp);
  std::error_code ignored;
  // The database first: without it its log is never taken for that of another one.
  for (const std::string_view suffix : {"", "-wal", "-journal"}) {
    const fs::path from = with_suffix(file, suffix);
    if (!suffix.empty() && !has_content(from)) {
      fs::remove(from, ignored);
    } else if (is_there(from) && rename(from.c_str(), with_suffix(kept, suffix).c_str()) != 0) {
      return cannot(from, "cannot be kept");
    }
  }
  fs::remove(with_suffix(file, "-shm"), ignored);
  if (!sync_directory_of(file)) return cannot(file, "its directory cannot be synchronised");
  if (!publish_file(copy, file, true)) return cannot(file, "cannot be put in place");
  return is_there(kept) || is_there(with_suffix(kept, "-wal")) ? std::optional(kept) : std::nullopt;
}

// The source, one state of it. A file that nobody can be changing is read without a trace.
sio::Result<Connection, OpenFailure> open_source(const fs::path& source) {
  const auto there = look_at(source);
  if (!there) return sio::fail(there.error());
  if (!*there) return open_failure(OpenError::not_a_database, source, "does not exist, or is empty");
  const bool alone = !is_there(with_suffix(source, "-wal")) && !is_there(with_suffix(source, "-journal")) &&
                     !is_there(with_suffix(source, "-shm"));
  Connection connection = alone ? open_copy(source) : open_to_look(source);
  connection.execute("BEGIN");
  return connection;
}

// Zeros if there is none, or it cannot be read.
EndOfLog end_of_log_of(const fs::path& file) {
  if (!has_content(file)) return {};
  Connection connection(file, OpenMode::read_only);
  const EndOfLog end = end_of_log(connection);
  return connection.error() == SqlError::none ? end : EndOfLog{};
}

bool has_table(Connection& database, std::string_view name) {
  Statement found(database, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  const bool there = found.bind(name).step() && found.integer(0) != 0;
  found.reset();
  return there;
}

// In the copy: ids go on above the gap, commits too; logins end, and codes: they may have been used since.
sio::Result<void, OpenFailure> note_restore(const fs::path& part, const EndOfLog& backup, const EndOfLog& replaced,
                                            bool keep_logins) {
  Connection copy(part, OpenMode::read_write);
  copy.execute(
      "BEGIN;"
      "CREATE TABLE IF NOT EXISTS id_gap (after_id INTEGER NOT NULL PRIMARY KEY, up_to_id INTEGER NOT NULL,"
      " commits INTEGER NOT NULL, made_unix_us INTEGER NOT NULL)");
  {
    Statement insert(
        copy, "INSERT OR REPLACE INTO id_gap (after_id, up_to_id, commits, made_unix_us) VALUES (?1, ?2, ?3, ?4)");
    insert
        .bind(backup.last_id, std::max(backup.last_id, replaced.last_id) + kSkipped,
              std::max(backup.commits, replaced.commits) + kSkipped, sio::rt::unix_now_us())
        .run();
  }
  if (!keep_logins && has_table(copy, "login")) copy.execute("DELETE FROM login; DELETE FROM used_refresh_token");
  if (has_table(copy, "invite")) copy.execute("DELETE FROM invite; DELETE FROM reset_code");
  copy.execute("COMMIT");
  const std::string damage = first_damage(copy, true);
  if (copy.error() != SqlError::none) return open_failure(copy, part);
  if (!damage.empty()) return open_failure(OpenError::damaged, part, damage);
  copy.close();
  if (!sync_file(part)) return cannot(part, "cannot be synchronised");
  return {};
}

// Whoever restores as root leaves the database to whom it belonged.
bool give_to_owner(const fs::path& part, const fs::path& file) {
  struct stat owner{};
  if (geteuid() != 0) return true;
  if (stat(file.c_str(), &owner) != 0 && stat(file.parent_path().c_str(), &owner) != 0) return false;
  return chown(part.c_str(), owner.st_uid, owner.st_gid) == 0;
}

// A name that keeps nothing yet.
std::string unused_stamp(const fs::path& file) {
  const std::string now = compact_utc(sio::rt::unix_now_us());
  const auto used = [&file](const std::string& stamp) {
    const fs::path kept = with_suffix(file, std::string(kKept) + stamp);
    return is_there(kept) || is_there(with_suffix(kept, "-wal")) || is_there(with_suffix(kept, "-journal"));
  };
  std::string stamp = now;
  for (int n = 2; used(stamp); ++n) stamp = now + "-" + std::to_string(n);
  return stamp;
}

sio::Result<RestoreReport, OpenFailure> make_part(const RestoreRequest& request, const fs::path& file,
                                                  const fs::path& source, const fs::path& part) {
  RestoreReport report;
  auto from = open_source(source);
  if (!from) return sio::fail(from.error());
  const auto version = schema_version(*from, source, newest_schema_version());
  if (!version) return sio::fail(version.error());
  if (*version == 0) return open_failure(OpenError::not_a_database, source, "holds nothing");
  const EndOfLog backup = end_of_log(*from);
  const EndOfLog replaced = end_of_log_of(file);
  if (from->error() != SqlError::none) return open_failure(*from, source);
  if (std::max({backup.last_id, replaced.last_id, backup.commits, replaced.commits}) > kIdMax - 2 * kSkipped) {
    return open_failure(OpenError::damaged, source, "its ids come to their end");
  }
  remove_database(part);
  if (auto created = create_file(part); !created) return sio::fail(created.error());
  if (auto copied = copy_database(*from, part); !copied) return sio::fail(copied.error());
  if (auto noted = note_restore(part, backup, replaced, request.keep_logins); !noted) return sio::fail(noted.error());
  if (!give_to_owner(part, file)) return cannot(part, "cannot be given to the owner of the database");
  report.file = file;
  report.schema_version = *version;
  report.last_id = backup.last_id;
  report.next_id = std::max(backup.last_id, replaced.last_id) + kSkipped + 1;
  return report;
}

}  // namespace

bool has_unfinished_restore(const fs::path& file) { return !decided(file).empty(); }

sio::Failure<OpenFailure> unfinished_restore(const fs::path& file) {
  return open_failure(OpenError::unfinished, file,
                      "a restore was interrupted; the next parley serve, or the next restore, completes it");
}

sio::Result<std::optional<fs::path>, OpenFailure> finish_restore(const fs::path& file) {
  std::optional<fs::path> kept;
  for (const fs::path& copy : decided(file)) {
    auto finished = finish(file, copy);
    if (!finished) return finished;
    kept = std::move(*finished);
  }
  return kept;
}

sio::Result<RestoreReport, OpenFailure> restore(const RestoreRequest& request) {
  const auto file = resolve(request.database);
  if (!file) return sio::fail(file.error());
  const auto lock = FileLock::acquire(with_suffix(*file, ".lock"));
  if (!lock && lock.error() == LockError::held) {
    return open_failure(OpenError::in_use, *file, "a server runs on it: stop that first");
  }
  if (!lock) return open_failure(OpenError::cannot_create, *file, "its lock cannot be made beside it");
  if (auto finished = finish_restore(*file); !finished) return sio::fail(finished.error());
  const auto source = resolve(request.source);
  if (!source) return sio::fail(source.error());
  std::error_code ignored;
  if (*source == *file || fs::equivalent(*source, *file, ignored)) {
    return open_failure(OpenError::cannot_create, *source, "is the database itself");
  }
  const fs::path part = with_suffix(*file, ".restore.part");
  auto report = make_part(request, *file, *source, part);
  if (!report) {
    remove_database(part);
    return report;
  }
  const fs::path copy = with_suffix(*file, std::string(kDecided) + unused_stamp(*file));
  if (!publish_file(part, copy, false)) {
    const std::string why = error_of_system();
    remove_database(part);
    fs::remove(copy, ignored);
    return open_failure(OpenError::io, *file, "the restore could not be begun: " + why);
  }
  auto kept = finish_restore(*file);
  if (!kept) return sio::fail(kept.error());
  report->kept = std::move(*kept);
  return report;
}

}  // namespace parley::store
