// UTF-8: the validator takes exactly what a decoder that looks at code points takes (RFC 3629), and however the text is
// cut, the error comes with the first byte that cannot continue. The first byte of an input chooses the cut.

// libFuzzer: -max_len=96

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"

namespace {

// Bytes of the code point at the front; 0 if none stands there whole and in its shortest form.
std::size_t code_point_bytes(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(text[at])); };
  const unsigned first = byte(0);
  const std::size_t bytes = first < 0x80 ? 1 : first >> 5U == 6 ? 2 : first >> 4U == 14 ? 3 : first >> 3U == 30 ? 4 : 0;
  if (bytes == 0 || bytes > text.size()) return 0;
  if (bytes == 1) return 1;
  unsigned point = first & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (byte(i) >> 6U != 2) return 0;
    point = point << 6U | (byte(i) & 0x3FU);
  }
  const unsigned least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
  return point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ? 0 : bytes;
}

// Whether any text can begin so: with at most three more bytes it is whole. Only the last code point is in question.
bool can_go_on(std::string_view text, std::size_t good) {
  const std::string_view last = text.substr(good);
  if (last.empty()) return true;
  char whole[4];
  for (unsigned second = 0; second < 2; ++second) {  // the lowest or the highest that may follow
    for (std::size_t i = 0; i < 4; ++i) {
      whole[i] = i < last.size() ? last[i] : static_cast<char>(second == 0 ? 0x80 : 0xBF);
    }
    for (std::size_t size = last.size() + 1; size <= 4; ++size) {
      if (code_point_bytes({whole, size}) == size) return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1U + data[0] % 16U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  std::size_t good = 0;  // bytes of whole code points at the front
  std::size_t points = 0;
  while (good < text.size()) {
    const std::size_t bytes = code_point_bytes(text.substr(good));
    if (bytes == 0) break;
    good += bytes;
    ++points;
  }
  SIO_CHECK(sio::is_utf8(text) == (good == text.size()));
  if (good == text.size()) SIO_CHECK(sio::count_code_points(text) == points);

  // The longest beginning that can be part of a text.
  std::size_t possible = good;
  while (possible < text.size() && possible - good < 3 && can_go_on(text.substr(0, possible + 1), good)) ++possible;

  sio::Utf8Validator in_pieces;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    const std::string_view piece = text.substr(at, piece_bytes);
    const bool taken = in_pieces.feed(piece);
    SIO_CHECK(taken == (at + piece.size() <= possible));
    if (!taken) return 0;
  }
  SIO_CHECK(in_pieces.complete() == (good == text.size()));
  in_pieces.reset();
  SIO_CHECK(in_pieces.complete() && in_pieces.feed("\xC3\xA9") && in_pieces.complete());
  return 0;
}
