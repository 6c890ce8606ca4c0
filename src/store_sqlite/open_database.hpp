// From a file's name to the one connection that may write to it: locked, checked, brought to the newest schema.
#pragma once

#include <filesystem>
#include <optional>

#include "file_lock.hpp"
#include "parley/store_sqlite/files.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"
#include "sqlite.hpp"

namespace parley::store {

struct OpenDatabase {
  FileLock lock;               // first in, last out
  std::filesystem::path file;  // links followed
  Connection writer;
  MigrationReport report;
};

struct OpenRequest {
  std::filesystem::path file;
  bool auto_migrate = true;
  const char* vfs = nullptr;  // null: the default one
  Files* files = nullptr;     // null: real_files()
};

sio::Result<OpenDatabase, OpenFailure> open_database(const OpenRequest& request);

// Runs what is due in one transaction. On failure the database is as it was.
bool run_migrations(Connection& connection, const std::vector<PlannedMigration>& due);

}  // namespace parley::store
