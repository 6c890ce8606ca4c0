// The head of a write-ahead log. SQLite takes a log whose head is wrong for an empty one, and with it goes everything
// that was acknowledged since the last checkpoint. We look first: the head is written and synchronised before anything
// is appended, in one sector, so no power cut leaves a wrong one.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>

#include "sio/base/result.hpp"

namespace parley::store {

inline constexpr std::size_t kLogHeadBytes = 32;

// Magic, version, page size and checksum (file format 4.1 of SQLite's documentation); or all zeros: never written.
bool is_good_log_head(const std::array<unsigned char, kLogHeadBytes>& head);

// False: the log has a wrong head. True too if there is no log, or less than a head of it. Fails if it cannot be read
// (errno).
enum class LogHeadError : unsigned char { unreadable };
sio::Result<bool, LogHeadError> look_at_log_head(const std::filesystem::path& log);

}  // namespace parley::store
