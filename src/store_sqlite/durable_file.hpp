// Files that must be there after a power cut, or not at all: made beside their place, synchronised, named by a rename.
// Knows nothing of SQL. Errors are told by errno.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace parley::store {

// A descriptor that closes itself. Not for a database that this process has open: closing any descriptor of a file
// drops the locks that SQLite holds there.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  bool sync() const;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool sync_file(const std::filesystem::path& file);
// The entry of `file` in its directory, on stable storage.
bool sync_directory_of(const std::filesystem::path& file);

std::string error_of_system();
bool has_content(const std::filesystem::path& file);
std::filesystem::path with_suffix(const std::filesystem::path& file, std::string_view suffix);

// 20241127T120000Z
std::string compact_utc(std::int64_t unix_us);

// Gives `part`, which is synchronised, the name `target`; then the directory is synchronised too. Without `overwrite` a
// `target` that exists is left alone (errno EEXIST).
bool publish_file(const std::filesystem::path& part, const std::filesystem::path& target, bool overwrite);

}  // namespace parley::store
