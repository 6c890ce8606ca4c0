#include "sio/websocket/handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "sio/base/ascii.hpp"
#include "sio/base/check.hpp"
#include "sio/base/out_of_memory.hpp"

namespace sio::ws {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
constexpr std::size_t kKeyBytes = 24;                                       // Base64 of 16 bytes

constexpr bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool is_key(std::string_view key) {
  return key.size() == kKeyBytes && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_base64_digit);
}

// Looked up once: OpenSSL 3 searches its providers at each use of EVP_sha1().
const EVP_MD* sha1() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return algorithm;
}

}  // namespace

HandshakeError check_upgrade(const UpgradeRequest& request) {
  if (request.method != "GET" || !request.http_1_1 || !list_has_token(request.connection, "upgrade") ||
      !list_has_token(request.upgrade, "websocket")) {
    return HandshakeError::not_an_upgrade;
  }
  if (request.version != "13") return HandshakeError::bad_version;
  return is_key(request.key) ? HandshakeError::none : HandshakeError::bad_key;
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  // SHA-1 was found when the server was made: only lack of memory makes this fail.
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, sha1(), nullptr) != 1) fail_without_memory();
  SIO_CHECK(size == 20);
  std::array<unsigned char, 29> encoded{};  // 28 and a NUL
  SIO_CHECK(EVP_EncodeBlock(encoded.data(), digest.data(), 20) == 28);
  return {encoded.begin(), encoded.end() - 1};
}

}  // namespace sio::ws
