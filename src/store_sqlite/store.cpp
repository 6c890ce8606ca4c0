#include "parley/store_sqlite/store.hpp"

#include <utility>

#include "database_file.hpp"
#include "integrity_check.hpp"
#include "open_database.hpp"
#include "ports.hpp"
#include "reader_pool.hpp"
#include "writer.hpp"

namespace parley::store {

// In this order, so that the lock goes last and the readers before the writer's connection.
struct SqliteStore::Parts {
  Parts(FileLock lock_, Connection connection, std::optional<std::filesystem::path> backup_,
        const StoreOptions& options)
      : lock(std::move(lock_)),
        backup(std::move(backup_)),
        writer(std::move(connection), options),
        readers(options.file, options.readers, options.read_timeout, options.vfs),
        check(options.file, options.vfs) {
    writer.set_on_log_too_long([this] { check.give_up(); });
  }

  FileLock lock;
  std::optional<std::filesystem::path> backup;
  Writer writer;
  ReaderPool readers;
  LogPort log{writer};
  ReaderPort reader{readers};
  DirectoryPort directory{writer, readers};
  LoginsPort logins{writer, readers};
  CodesPort codes{writer, readers};
  SeenPort seen{writer};
  IntegrityCheck check;
};

sio::Result<std::unique_ptr<SqliteStore>, OpenFailure> SqliteStore::open(StoreOptions options) {
  auto opened = open_database({options.file, options.auto_migrate, options.vfs, options.files});
  if (!opened) return sio::fail(opened.error());
  options.file = opened->file;
  auto parts = std::make_unique<Parts>(std::move(opened->lock), std::move(opened->writer),
                                       std::move(opened->report.backup), options);
  if (!parts->writer.prepare()) return open_failure(parts->writer.connection(), options.file);
  // The log is there by now, and nothing is told before its name is on stable storage. SQLite synchronises the
  // directory too, but takes no notice if that fails.
  Files& files = options.files == nullptr ? real_files() : *options.files;
  if (!files.sync_directory_of(options.file)) {
    return open_failure(OpenError::io, options.file, "its directory cannot be synchronised");
  }
  if (const Connection* failed = parts->readers.failed()) return open_failure(*failed, options.file);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() { stop(); }

void SqliteStore::set_commit_listener(service::CommitListener& listener) {
  parts_->writer.set_commit_listener(listener);
}
void SqliteStore::add_account_listener(service::AccountListener& listener) {
  parts_->writer.add_account_listener(listener);
}
void SqliteStore::set_on_failing(std::function<void()> on_failing) {
  parts_->writer.set_on_failing(std::move(on_failing));
}
void SqliteStore::set_on_failed(std::function<void(const std::string& why)> on_failed) {
  parts_->writer.set_on_failed(std::move(on_failed));
}

void SqliteStore::set_on_damaged(std::function<void(const std::string& what)> on_damaged) {
  parts_->writer.set_on_damaged(std::move(on_damaged));
}

void SqliteStore::start() { parts_->writer.start(); }

void SqliteStore::check_in_background(std::function<void(const IntegrityResult&)> on_done) {
  parts_->check.start([parts = parts_.get(), on_done = std::move(on_done)](const IntegrityResult& result) {
    if (result.state == IntegrityState::damaged) parts->writer.refuse_from_now_on(result.detail);
    if (on_done) on_done(result);
  });
}

void SqliteStore::stop() {
  parts_->check.stop();
  parts_->writer.stop();
}

service::MessageLog& SqliteStore::log() { return parts_->log; }
service::MessageReader& SqliteStore::reader() { return parts_->reader; }
service::Directory& SqliteStore::directory() { return parts_->directory; }
service::Logins& SqliteStore::logins() { return parts_->logins; }
service::OneTimeCodes& SqliteStore::codes() { return parts_->codes; }
service::SeenLog& SqliteStore::seen() { return parts_->seen; }

const std::optional<std::filesystem::path>& SqliteStore::backup() const { return parts_->backup; }
domain::MessageId SqliteStore::newest_id_at_start() const {
  return domain::MessageId(parts_->writer.position_at_start().last_id);
}
std::uint64_t SqliteStore::commit_at_start() const { return parts_->writer.position_at_start().commit; }
StoreStats SqliteStore::stats() const {
  StoreStats stats = parts_->writer.stats();
  stats.integrity = parts_->check.state();
  stats.reads = parts_->readers.reads();
  return stats;
}

}  // namespace parley::store
