// The schema's versions: numbered, forward only, inside the executable, all due ones in one transaction after a backup.
// A database of the original application (tables `user` and `chat`, no version) counts as version 1.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"

namespace parley::store {

struct PlannedMigration {
  int version = 0;
  std::string_view name;
};

struct MigrationPlan {
  bool exists = false;  // false: the file would be made
  int current = 0;
  int newest = 0;
  std::vector<PlannedMigration> due;  // lowest first
};

// The version this program brings a database to.
int newest_schema_version();

// Looks only; works beside a running server. schema_newer is a failure here too.
sio::Result<MigrationPlan, OpenFailure> plan_migrations(const std::filesystem::path& file);

struct MigrationReport {
  MigrationPlan plan;                           // as it was before
  std::optional<std::filesystem::path> backup;  // made if there was a database and something was due
};

// Makes or updates the database; takes the lock of a server, so that in_use is possible.
sio::Result<MigrationReport, OpenFailure> migrate(const std::filesystem::path& file);

}  // namespace parley::store
