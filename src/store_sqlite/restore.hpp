// What is left to do of a restore that was interrupted. It is decided by one rename, of a copy that is complete, to
// `<file>.restoring-<UTC time>`; while a file of such a name is there, the database's own name does not count.
#pragma once

#include <filesystem>
#include <optional>

#include "parley/store_sqlite/open_error.hpp"
#include "sio/base/result.hpp"

namespace parley::store {

// `file` as resolve() gives it.
bool has_unfinished_restore(const std::filesystem::path& file);
sio::Failure<OpenFailure> unfinished_restore(const std::filesystem::path& file);

// Keeps the database that is still there as `<file>.before-restore-<UTC time>`, its log beside it, and gives the copy
// its name. Does nothing if no restore is decided. Only with the server's lock. Where the database before it is now.
sio::Result<std::optional<std::filesystem::path>, OpenFailure> finish_restore(const std::filesystem::path& file);

}  // namespace parley::store
