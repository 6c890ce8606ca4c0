// The HMAC key that tokens are signed with: its bytes as they are in their file, at least 32. Never printed, never a
// flag, wiped when dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

namespace parley::auth {

inline constexpr std::size_t kSecretKeyBytesMin = 32;
inline constexpr std::size_t kSecretKeyBytesMax = 64 * 1024;

enum class KeyError : std::uint8_t {
  unreadable,     // exists, but cannot be read (or is no regular file)
  too_short,      // under 32 bytes
  too_long,       // over 64 KiB: surely not a key
  cannot_create,  // absent, and the file or its directory cannot be made or synced
};
std::string_view to_string(KeyError error);

class SecretKey {
 public:
  explicit SecretKey(std::string bytes) : bytes_(std::move(bytes)) {}
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) noexcept = default;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads the key, or makes one of 64 random bytes with mode 0600 when the file is absent. Two processes that start at
// once end up with the same key. Does file I/O; for start-up.
sio::Result<SecretKey, KeyError> load_or_create_secret_key(const std::filesystem::path& file);

}  // namespace parley::auth
