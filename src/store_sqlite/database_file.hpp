// The database as a file: making it, telling whether it is ours and sound enough to open, copying it. Nothing here
// writes into a file that exists and is not ours.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "parley/store_sqlite/files.hpp"
#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"
#include "sqlite.hpp"

namespace parley::store {

sio::Failure<OpenFailure> open_failure(OpenError error, const std::filesystem::path& file, std::string_view what);
// For what SQLite said while opening or migrating.
OpenError open_error_of(SqlError error);
sio::Failure<OpenFailure> open_failure(const Connection& connection, const std::filesystem::path& file);

// The file that `file` names, links followed; its directory must exist.
sio::Result<std::filesystem::path, OpenFailure> resolve(const std::filesystem::path& file);

// Whether there is a database (false: absent or empty). A failure if the file is no SQLite database, if it is not there
// but its log is, or if its log has a damaged head.
sio::Result<bool, OpenFailure> look_at(const std::filesystem::path& file, Files& files = real_files());

// An empty file with mode 0600, on stable storage with its directory's entry. One that exists is left as it is.
sio::Result<void, OpenFailure> create_file(const std::filesystem::path& file, Files& files = real_files());

// A connection for reading, beside a running server too. Where somebody was killed while writing without a log ahead,
// what they left must be rolled back before anything can be read: then it can write, and does just that.
Connection open_to_look(const std::filesystem::path& file);

// What schema a database has: 0 none at all, 1 the original application's, else its own number. A failure if its tables
// are somebody else's, or if a number newer than `newest`.
sio::Result<int, OpenFailure> schema_version(Connection& connection, const std::filesystem::path& file, int newest);

// The connection that writes: log ahead, full synchronisation, checkpoints only when told.
sio::Result<void, OpenFailure> prepare_for_writing(Connection& connection, const std::filesystem::path& file);

// Takes what an end without a stop left in the log into the database, so that a new log begins in an empty file: a head
// that the next power cut spoils has nothing of another life behind it then. A log that somebody reads, and a full
// disk, are left as they are.
sio::Result<void, OpenFailure> empty_log(Connection& connection, const std::filesystem::path& file, Files& files);

// A copy with mode 0600 beside the database, named `<file>.before-<version>-<UTC time>`, complete or not there at all.
sio::Result<std::filesystem::path, OpenFailure> back_up_before(Connection& connection,
                                                               const std::filesystem::path& file, int version,
                                                               Files& files, const char* vfs);

}  // namespace parley::store
