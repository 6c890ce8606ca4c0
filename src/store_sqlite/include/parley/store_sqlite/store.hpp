// The store on one SQLite file: one thread writes and checkpoints, in groups, with full synchronisation; read-only
// connections read. Gives the ports of src/service; decides nothing that domain does not say. One server per file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parley/domain/rules.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/message_reader.hpp"
#include "parley/service/one_time_codes.hpp"
#include "parley/service/presence.hpp"
#include "parley/store_sqlite/files.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"
#include "sio/base/time.hpp"

namespace parley::store {

struct StoreOptions {
  std::filesystem::path file;
  domain::ChatRules rules;
  bool auto_migrate = true;
  unsigned readers = 2;                            // read-only connections; each read takes one
  sio::Milliseconds read_timeout{2'000};           // of a statement, and of waiting for a connection
  std::size_t queue_commands_max = 65'536;         // beyond: try_append() says no
  std::size_t queue_bytes_max = 64 * 1024 * 1024;  // of contents
  // While the oldest that is queued has waited longer than this, try_append() says no at once.
  sio::Milliseconds queue_age_max{2'000};
  std::size_t batch_commands_max = 1'000;  // of one transaction
  std::size_t batch_bytes_max = 8 * 1024 * 1024;
  std::size_t checkpoint_pages = 1'000;       // of the log; then checkpointed when the queue is empty
  std::size_t checkpoint_pages_busy = 8'000;  // then in any case
  // Readers that need an old state of the database keep the log from being taken back. Beyond this they are waited for,
  // shortly; beyond the second figure the check of the database is given up.
  std::size_t checkpoint_pages_held = 64'000;
  std::size_t check_pages_max = 256'000;
  const char* vfs = nullptr;  // an SQLite VFS by its name, for tests; null: the default one
  Files* files = nullptr;     // over the same files as the VFS, for tests; null: the file system
};

// What the look through the whole database has found (check_in_background).
enum class IntegrityState : std::uint8_t {
  unknown,  // not begun
  checking,
  sound,
  damaged,   // read-only from then on
  given_up,  // the log had become too long, or the database could not be read
};

struct IntegrityResult {
  IntegrityState state = IntegrityState::unknown;
  std::string detail;  // SQLite's words, no content
};

struct StoreStats {
  std::uint64_t commits = 0;
  std::uint64_t messages = 0;  // stored since start
  std::uint64_t refused_for_storage = 0;
  std::uint64_t refused_for_age = 0;  // because the queue was older than queue_age_max
  std::uint64_t reads = 0;            // transactions of readers since start
  std::size_t queued = 0;
  sio::Milliseconds queue_age{0};    // of the oldest that is queued
  std::uint64_t last_commit_us = 0;  // BEGIN to COMMIT, synchronisation included
  bool failed = false;
  bool read_only = false;  // damage was found
  IntegrityState integrity = IntegrityState::unknown;
};

class SqliteStore {
 public:
  // Locks, checks, migrates (after a backup) and opens the file; makes it with mode 0600 if absent (its directory must
  // exist). Blocks; for start-up.
  static sio::Result<std::unique_ptr<SqliteStore>, OpenFailure> open(StoreOptions options);
  ~SqliteStore();  // stop()
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  // ---- set-up, before start(). What is given must outlive the store's stop().
  void set_commit_listener(service::CommitListener& listener);
  void add_account_listener(service::AccountListener& listener);
  // Called once, on the thread of the writer or of stop(), when a commit, a synchronisation or a checkpoint failed for
  // good, before anybody is told: time to be no longer ready.
  void set_on_failing(std::function<void()> on_failing);
  // Called once, on the writer's thread, when a commit or synchronisation failed: the process must end (exit 74), the
  // next start recovers. All that waited has been refused by then, and so is whatever comes later.
  void set_on_failed(std::function<void(const std::string& why)> on_failed);

  // Called once, on the writer's thread or that of the check, when the database was found to be damaged. Reads go on;
  // every write is refused as storage_unavailable, and nothing is written to the file any more, not even at the end.
  void set_on_damaged(std::function<void(const std::string& what)> on_damaged);

  // Starts the writer. Before that, what is queued waits; reads work at once.
  void start();
  // Once, after start(): a thread of low priority looks through the whole database (PRAGMA quick_check, about 200 MB/s)
  // and tells what it found, unless stop() comes first; if that is damage, on_damaged has been called before.
  void check_in_background(std::function<void(const IntegrityResult&)> on_done);
  // Takes nothing more, commits what is queued, tells its outcomes, checkpoints and closes the writer. Idempotent.
  void stop();

  service::MessageLog& log();
  service::MessageReader& reader();
  service::Directory& directory();
  service::Logins& logins();
  service::OneTimeCodes& codes();
  service::SeenLog& seen();

  // Made while opening, if migrations were due.
  const std::optional<std::filesystem::path>& backup() const;
  // The newest committed message id and commit at start: where live delivery begins.
  domain::MessageId newest_id_at_start() const;
  std::uint64_t commit_at_start() const;
  StoreStats stats() const;  // from any thread

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

struct CheckReport {
  int schema_version = 0;
  std::string sqlite_version;
  std::vector<std::string> problems;  // of PRAGMA integrity_check and the original columns; empty: sound
};

// Reads all of the database, beside a running server too. Writes nothing.
sio::Result<CheckReport, OpenFailure> check_database(const std::filesystem::path& file);

}  // namespace parley::store
