#include "parley/auth/one_time_code.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "parley/auth/base64url.hpp"
#include "parley/auth/random.hpp"
#include "sio/base/out_of_memory.hpp"

namespace parley::auth {
namespace {

// Crockford's base 32: no I, L, O, U.
constexpr std::string_view kSigns = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeBytes = 15;
constexpr std::size_t kCodeSigns = kCodeBytes * 8 / 5;
constexpr std::size_t kGroupSigns = 6;
constexpr std::size_t kLookupBytes = 12;

CodeDigest digest(std::string_view signs) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_Digest(signs.data(), signs.size(), bytes.data(), &length, EVP_sha256(), nullptr) != 1) {
    sio::fail_without_memory();
  }
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), length);
  return {base64url_encode(all.substr(0, kLookupBytes)), base64url_encode(all.substr(kLookupBytes))};
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

OneTimeCode new_one_time_code() {
  std::string signs;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char byte : random_bytes(kCodeBytes)) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 5; held -= 5) signs.push_back(kSigns[(bits >> (held - 5)) & 31U]);
  }
  OneTimeCode code{signs, digest(signs)};
  for (std::size_t at = kCodeSigns - kGroupSigns; at > 0; at -= kGroupSigns) code.text.insert(at, 1, '-');
  return code;
}

std::optional<CodeDigest> digest_of_code(std::string_view typed) {
  std::string signs;
  for (const char each : typed) {
    if (each == '-' || each == ' ') continue;
    char sign = upper(each);
    if (sign == 'O') sign = '0';
    if (sign == 'I' || sign == 'L') sign = '1';
    if (kSigns.find(sign) == std::string_view::npos || signs.size() == kCodeSigns) return std::nullopt;
    signs.push_back(sign);
  }
  if (signs.size() != kCodeSigns) return std::nullopt;
  return digest(signs);
}

bool is_same_check(std::string_view kept, std::string_view given) {
  return kept.size() == given.size() && CRYPTO_memcmp(kept.data(), given.data(), kept.size()) == 0;
}

}  // namespace parley::auth
