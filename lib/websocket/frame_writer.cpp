#include <array>

#include "sio/base/check.hpp"
#include "sio/websocket/frame.hpp"

namespace sio::ws {

namespace {

constexpr std::size_t kCloseReasonBytesMax = 123;

char low_byte(std::uint64_t value) { return static_cast<char>(value & 0xFFU); }

// The longest prefix of at most `bytes_max` bytes that does not end within a code point.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

std::size_t write_head(char* out, Opcode opcode, std::size_t payload_size, bool compressed) {
  out[0] = static_cast<char>(0x80U | (compressed ? 0x40U : 0U) | static_cast<unsigned>(opcode));
  if (payload_size < 126) {
    out[1] = low_byte(payload_size);
    return 2;
  }
  const std::size_t length_bytes = payload_size <= 0xFFFF ? 2 : 8;
  out[1] = length_bytes == 2 ? char{126} : char{127};
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out[2 + i] = low_byte(static_cast<std::uint64_t>(payload_size) >> (8U * (length_bytes - 1 - i)));
  }
  return 2 + length_bytes;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  SIO_CHECK(static_cast<unsigned>(opcode) < 8 || payload.size() <= 125);
  std::array<char, kHeadBytesMax> head{};
  out.append(head.data(), write_head(head.data(), opcode, payload.size()));
  out.append(payload);
}

void append_compressed_frame(std::string& out, Opcode opcode, std::string_view compressed) {
  SIO_CHECK(opcode == Opcode::text || opcode == Opcode::binary);
  std::array<char, kHeadBytesMax> head{};
  out.append(head.data(), write_head(head.data(), opcode, compressed.size(), true));
  out.append(compressed);
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
  if (code == CloseCode::none) return append_frame(out, Opcode::close, {});
  const std::string_view text = cut_utf8(reason, kCloseReasonBytesMax);
  const auto status = static_cast<std::uint16_t>(code);
  std::array<char, kHeadBytesMax> head{};
  out.append(head.data(), write_head(head.data(), Opcode::close, 2 + text.size()));
  out.push_back(low_byte(status >> 8U));
  out.push_back(low_byte(status));
  out.append(text);
}

}  // namespace sio::ws
