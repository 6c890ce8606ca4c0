// A database as one file that can be carried away, and put back. Backing up reads beside a running server, holds it up
// in nothing, and never writes to its database or log; restoring needs the database for itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"

namespace parley::store {

struct BackupRequest {
  std::filesystem::path database;
  std::filesystem::path target;  // its directory exists; beside it a `.part` while the backup is made
  bool overwrite = false;        // of a target that exists: else a failure
};

struct BackupReport {
  std::filesystem::path file;  // links followed
  std::uint64_t bytes = 0;
  int schema_version = 0;
  std::int64_t last_id = 0;  // of any message in it
};

// Everything that was committed before the call, as one state: checked, with mode 0600, on stable storage under its
// name when this returns, or not there at all. While it copies, what the server writes stays in its log (a read
// transaction); afterwards the log shrinks again. Blocks for as long as the copying takes.
sio::Result<BackupReport, OpenFailure> back_up(const BackupRequest& request);

struct RestoreRequest {
  std::filesystem::path database;
  std::filesystem::path source;  // of back_up(), or a database that was kept (its log beside it); stays as it is
  bool keep_logins = false;      // else all of them end: those that were ended since the backup would live again
};

struct RestoreReport {
  std::filesystem::path file;
  std::optional<std::filesystem::path> kept;  // where the database is that was there before, with its log beside it
  int schema_version = 0;
  std::int64_t last_id = 0;  // of any message in the backup
  std::int64_t next_id = 0;  // of the next message: above all that the database before this one can have given
};

// Puts a copy of `source` in the database's place. in_use while a server runs on it. Until the last step is decided the
// database is what it was; from then on it is the backup, whoever is killed when (the next one who opens it completes
// what is left). Ids go on with a gap: what lies in it was given by the database that is gone, or by nobody.
sio::Result<RestoreReport, OpenFailure> restore(const RestoreRequest& request);

}  // namespace parley::store
