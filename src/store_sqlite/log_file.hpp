// What can be said of a write-ahead log before SQLite reads it. SQLite takes a log whose head is wrong for an empty
// one, and with it goes everything that was acknowledged since the last checkpoint. A power cut may leave a wrong head,
// but only when all that the log held is in the database: the head is written anew after that, and synchronised before
// anything follows it. So a wrong head is damage if the log holds what the database does not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "parley/store_sqlite/files.hpp"

namespace parley::store {

inline constexpr std::size_t kLogHeadBytes = 32;

// Magic, version, page size and checksum (file format 4.1 of SQLite's documentation).
bool is_good_log_head(const std::array<unsigned char, kLogHeadBytes>& head);

enum class LogState : std::uint8_t {
  usable,      // or not there, or of no use any more
  damaged,     // it holds what is nowhere else, and SQLite would not read it
  unreadable,  // errno says why
};

// Reads the head; all of the log only if that is wrong. For a database that this process does not have open.
LogState look_at_log(const std::filesystem::path& database, const std::filesystem::path& log,
                     Files& files = real_files());

}  // namespace parley::store
