#include "parley/store_sqlite/backup.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "database_copy.hpp"
#include "database_file.hpp"
#include "durable_file.hpp"
#include "file_lock.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "restore.hpp"
#include "schema.hpp"

namespace parley::store {
namespace {

namespace fs = std::filesystem;

// Which file a name stands for at the moment.
struct Identity {
  explicit Identity(const fs::path& file) {
    struct stat info{};
    if (stat(file.c_str(), &info) == 0) device = info.st_dev, inode = info.st_ino;
  }
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

// A backup must not take the place of the database, of what lies beside it, or of another database that is in use.
sio::Result<void, OpenFailure> check_target(const fs::path& database, const fs::path& target, bool overwrite) {
  std::error_code ignored;
  for (const std::string_view suffix : {"", "-wal", "-shm", "-journal", ".lock"}) {
    const fs::path of_database = with_suffix(database, suffix);
    if (target == of_database || fs::equivalent(target, of_database, ignored)) {
      return open_failure(OpenError::cannot_create, target, "belongs to the database itself");
    }
  }
  if (!fs::exists(target, ignored)) return {};
  if (!fs::is_regular_file(target, ignored)) {
    return open_failure(OpenError::cannot_create, target, "is not a regular file");
  }
  if (!overwrite) return open_failure(OpenError::cannot_create, target, "exists already");
  if (has_content(with_suffix(target, "-wal")) || has_content(with_suffix(target, "-journal"))) {
    return open_failure(OpenError::cannot_create, target, "has a log beside it: a database that is in use");
  }
  return {};
}

// Copies into `part` and looks at what came out of it.
sio::Result<BackupReport, OpenFailure> copy_and_check(const fs::path& database, const fs::path& part) {
  const Identity before(database);
  Connection from = open_to_look(database);
  from.execute("BEGIN");
  BackupReport report;
  const auto version = schema_version(from, database, newest_schema_version());
  if (!version) return sio::fail(version.error());
  if (*version == 0) return open_failure(OpenError::not_a_database, database, "holds nothing yet");
  report.schema_version = *version;
  report.last_id = end_of_log(from).last_id;
  if (from.error() != SqlError::none) return open_failure(from, database);
  if (auto copied = copy_database(from, part); !copied) return sio::fail(copied.error());
  from.execute("COMMIT");
  if (!(Identity(database) == before)) {
    return open_failure(OpenError::in_use, database, "was replaced while it was copied");
  }
  Connection copy = open_copy(part);
  const std::string damage = first_damage(copy, false);
  if (copy.error() != SqlError::none) return open_failure(copy, part);
  if (!damage.empty()) {
    return open_failure(OpenError::damaged, database, "is damaged, and so is every copy of it: " + damage);
  }
  std::error_code ignored;
  report.bytes = fs::file_size(part, ignored);
  return report;
}

}  // namespace

sio::Result<BackupReport, OpenFailure> back_up(const BackupRequest& request) {
  const auto database = resolve(request.database);
  if (!database) return sio::fail(database.error());
  if (has_unfinished_restore(*database)) return unfinished_restore(*database);
  const auto exists = look_at(*database);
  if (!exists) return sio::fail(exists.error());
  if (!*exists) return open_failure(OpenError::not_a_database, *database, "does not exist");
  const auto target = resolve(request.target);
  if (!target) return sio::fail(target.error());
  if (auto good = check_target(*database, *target, request.overwrite); !good) return sio::fail(good.error());

  const fs::path part = with_suffix(*target, ".part");
  // Locked, so that two backups to one name do not write into one file.
  const auto lock = FileLock::acquire(part);
  if (!lock) {
    const bool held = lock.error() == LockError::held;
    return open_failure(OpenError::cannot_create, part, held ? "another backup is being made" : error_of_system());
  }
  std::error_code error;
  fs::resize_file(part, 0, error);  // what a backup left that was killed
  if (!error) fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return open_failure(OpenError::cannot_create, part, error.message());
  auto report = copy_and_check(*database, part);
  if (!report) {
    remove_database(part);
    return sio::fail(report.error());
  }
  if (!publish_file(part, *target, request.overwrite)) {
    const std::string why = errno == EEXIST ? "exists already" : error_of_system();
    remove_database(part);
    return open_failure(OpenError::cannot_create, *target, why);
  }
  report->file = *target;
  return report;
}

}  // namespace parley::store
