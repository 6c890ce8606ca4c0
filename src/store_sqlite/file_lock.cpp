#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace parley::store {
namespace {

// Whether `path` still names the file of this descriptor: it may have been replaced between open and lock.
bool is_still_there(int descriptor, const std::filesystem::path& path) {
  struct stat ours{};
  struct stat named{};
  return fstat(descriptor, &ours) == 0 && stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

}  // namespace

sio::Result<FileLock, LockError> FileLock::acquire(const std::filesystem::path& file) {
  while (true) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return sio::fail(LockError::cannot_create);
    FileLock lock(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      return sio::fail(errno == EWOULDBLOCK ? LockError::held : LockError::cannot_create);
    }
    if (is_still_there(descriptor, file)) return lock;
  }
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace parley::store
