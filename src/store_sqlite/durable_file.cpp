#include "durable_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "parley/domain/timestamp.hpp"

namespace parley::store {

namespace fs = std::filesystem;

Descriptor::Descriptor(const fs::path& path, int flags, mode_t mode)
    : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

bool Descriptor::sync() const { return fsync(fd_) == 0; }

bool sync_file(const fs::path& file) {
  const Descriptor opened(file, O_RDONLY);
  return opened && opened.sync();
}

bool sync_directory_of(const fs::path& file) {
  const Descriptor directory(file.parent_path().empty() ? fs::path(".") : file.parent_path(), O_RDONLY | O_DIRECTORY);
  return directory && directory.sync();
}

std::string error_of_system() { return std::error_code(errno, std::generic_category()).message(); }

bool has_content(const fs::path& file) {
  std::error_code ignored;
  const auto size = fs::file_size(file, ignored);
  return !ignored && size > 0;
}

fs::path with_suffix(const fs::path& file, std::string_view suffix) { return fs::path(file) += suffix; }

std::string compact_utc(std::int64_t unix_us) {
  std::string text = domain::to_iso_8601(unix_us).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

bool publish_file(const fs::path& part, const fs::path& target, bool overwrite) {
  if (!overwrite) {
    if (renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      return sync_directory_of(target);
    }
    if (errno != EINVAL && errno != ENOSYS) return false;
    // A file system that cannot do that in one step: then nobody is guarded against a second writer of that name.
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored))) {
      errno = EEXIST;
      return false;
    }
  }
  return rename(part.c_str(), target.c_str()) == 0 && sync_directory_of(target);
}

}  // namespace parley::store
