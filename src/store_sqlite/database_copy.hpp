// One state of a database as a file of its own: whole, checked by whoever wants it checked, without a log beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "parley/store_sqlite/files.hpp"
#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"
#include "sqlite.hpp"

namespace parley::store {

// All of `from` as its read transaction sees it (one is begun if there is none), into `part`, an empty file, which is
// synchronised at the end. On failure `part` is worth nothing. Writes nothing to `from` and checkpoints nothing there.
sio::Result<void, OpenFailure> copy_database(Connection& from, const std::filesystem::path& part,
                                             Files& files = real_files(), const char* vfs = nullptr);

// For a file that nobody changes and that has no log beside it; works on a medium that cannot be written.
Connection open_copy(const std::filesystem::path& file);

// What SQLite's quick_check (`all` false) or integrity_check says; empty: sound. An error stays with the connection.
std::string first_damage(Connection& connection, bool all);

// Removes `file` and what SQLite may have left beside it.
void remove_database(const std::filesystem::path& file, Files& files = real_files());

// Where the log of messages ends, whatever schema it has: the greatest id that this database has given or skipped, and
// the number of its last commit. Zeros if there is none; an error stays with the connection.
struct EndOfLog {
  std::int64_t last_id = 0;
  std::int64_t commits = 0;
};
EndOfLog end_of_log(Connection& connection);

}  // namespace parley::store
