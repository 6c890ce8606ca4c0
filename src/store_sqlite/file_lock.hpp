// Says that this process serves a database, to other processes of ours: a lock on a file beside it. Not on the database
// itself: closing any other descriptor of that file would drop the locks that SQLite holds there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "sio/base/result.hpp"

namespace parley::store {

enum class LockError : std::uint8_t {
  held,           // by another process
  cannot_create,  // errno says why
};

class FileLock {
 public:
  // Creates `file` with mode 0600 if absent; it stays when the lock goes. Ends with the process, however that ends.
  static sio::Result<FileLock, LockError> acquire(const std::filesystem::path& file);
  ~FileLock();
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace parley::store
