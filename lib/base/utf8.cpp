#include "sio/base/utf8.hpp"

#include <cstring>

namespace sio {

namespace {

std::size_t skip_ascii(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0) break;
    at += 8;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

bool Utf8Validator::feed(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (pending_ == 0) {
      at = skip_ascii(piece, at);
      if (at == piece.size()) return true;
    }
    const auto byte = static_cast<unsigned char>(piece[at++]);
    if (pending_ != 0) {
      if (byte < next_min_ || byte > next_max_) return false;
      next_min_ = 0x80;
      next_max_ = 0xBF;
      --pending_;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      pending_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      pending_ = 2;
      if (byte == 0xE0) next_min_ = 0xA0;  // shorter form exists
      if (byte == 0xED) next_max_ = 0x9F;  // surrogates
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      pending_ = 3;
      if (byte == 0xF0) next_min_ = 0x90;
      if (byte == 0xF4) next_max_ = 0x8F;  // above U+10FFFF
    } else {
      return false;
    }
  }
  return true;
}

bool is_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1U : 0U;
  return count;
}

}  // namespace sio
