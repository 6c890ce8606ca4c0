#include "ids.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

namespace sio {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// URL-safe Base64 of a number of bytes that is a multiple of three: no padding, every text canonical.
template <std::size_t N>
std::string encode(const std::array<char, N>& bytes) {
  static_assert(N % 3 == 0);
  std::string text;
  text.reserve(N / 3 * 4);
  for (std::size_t i = 0; i < N; i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = (group << 8) | static_cast<unsigned char>(bytes[i + k]);
    for (int shift = 18; shift >= 0; shift -= 6) text.push_back(kAlphabet[(group >> shift) & 63]);
  }
  return text;
}

template <std::size_t N>
bool decode(std::string_view text, std::array<char, N>& bytes) {
  if (text.size() != N / 3 * 4) return false;
  for (std::size_t i = 0, out = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const auto value = kAlphabet.find(text[i + k]);
      if (value == std::string_view::npos) return false;
      group = (group << 6) | static_cast<std::uint32_t>(value);
    }
    for (int shift = 16; shift >= 0; shift -= 8) bytes[out++] = static_cast<char>((group >> shift) & 255);
  }
  return true;
}

template <std::size_t N>
std::string format(Handle handle, const std::array<char, N>& rest) {
  std::array<char, 8 + N> bytes{};
  std::memcpy(bytes.data(), &handle, 8);
  std::memcpy(bytes.data() + 8, rest.data(), N);
  return encode(bytes);
}

template <std::size_t N>
bool parse(std::string_view text, Handle& handle, std::array<char, N>& rest) {
  std::array<char, 8 + N> bytes{};
  if (!decode(text, bytes)) return false;
  std::memcpy(&handle, bytes.data(), 8);
  std::memcpy(rest.data(), bytes.data() + 8, N);
  return true;
}

}  // namespace

std::string format_session_id(const SessionId& id) { return format(id.handle, id.secret); }

std::optional<SessionId> parse_session_id(std::string_view text) {
  SessionId id;
  if (!parse(text, id.handle, id.secret)) return std::nullopt;
  return id;
}

bool equal_secrets(const SessionSecret& a, const SessionSecret& b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::string format_socket_id(Handle handle, const SocketSalt& salt) { return format(handle, salt); }

std::optional<std::pair<Handle, SocketSalt>> parse_socket_id(std::string_view text) {
  std::pair<Handle, SocketSalt> id;
  if (!parse(text, id.first, id.second)) return std::nullopt;
  return id;
}

}  // namespace sio
