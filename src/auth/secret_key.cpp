#include "parley/auth/secret_key.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "parley/auth/random.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t kNewKeyBytes = 64;  // one block of SHA-256: longer keys would only be hashed down

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// None: there is no such file.
std::optional<sio::Result<SecretKey, KeyError>> read_key(const std::filesystem::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) {
    if (errno == ENOENT) return std::nullopt;
    return sio::fail(KeyError::unreadable);
  }
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return sio::fail(KeyError::unreadable);
  std::string bytes(kSecretKeyBytesMax + 1, '\0');
  std::size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sio::fail(KeyError::unreadable);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > kSecretKeyBytesMax) return sio::fail(KeyError::too_long);
  if (used < kSecretKeyBytesMin) return sio::fail(KeyError::too_short);
  SecretKey key(bytes.substr(0, used));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return sio::Result<SecretKey, KeyError>(std::move(key));
}

bool write_synced(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

// The key appears under its name complete and synced, or not at all; whoever links first wins.
bool create_key(const std::filesystem::path& file) {
  std::filesystem::path directory = file.parent_path();
  if (directory.empty()) directory = ".";
  const std::filesystem::path draft = directory / ("." + file.filename().string() + "." + random_id(8));
  {
    const Descriptor fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.open()) return false;
    const SecretKey key(random_bytes(kNewKeyBytes));
    if (!write_synced(fd.get(), key.bytes())) {
      ::unlink(draft.c_str());
      return false;
    }
  }
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  ::unlink(draft.c_str());
  if (!linked) return false;
  const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.open() && ::fsync(fd.get()) == 0;
}

}  // namespace

std::string_view to_string(KeyError error) {
  switch (error) {
    case KeyError::unreadable:
      return "cannot be read";
    case KeyError::too_short:
      return "is shorter than 32 bytes";
    case KeyError::too_long:
      return "is longer than 64 KiB";
    case KeyError::cannot_create:
      return "cannot be created";
  }
  return "unknown";
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

sio::Result<SecretKey, KeyError> load_or_create_secret_key(const std::filesystem::path& file) {
  if (auto key = read_key(file)) return std::move(*key);
  if (!create_key(file)) return sio::fail(KeyError::cannot_create);
  if (auto key = read_key(file)) return std::move(*key);
  return sio::fail(KeyError::cannot_create);
}

}  // namespace parley::auth
