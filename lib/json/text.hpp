// Steps over JSON text, shared by the scanner (which trusts nothing), the views (which read accepted text) and the
// writer. None of them reads past the end of its text, whatever the text is.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sio::json::detail {

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The byte at `at`, or NUL (which no grammar rule takes) past the end.
inline char peek(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

inline std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Offset of the first quote, backslash or control character at or after `at`; text.size() if there is none. Bytes of
// 0x80 and above are passed over, and seeing any of them before that offset sets `non_ascii`.
inline std::size_t find_special(std::string_view text, std::size_t at, bool& non_ascii) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
  std::uint64_t high_seen = 0;
  while (at + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t quote = word ^ (kOnes * '"');
    const std::uint64_t backslash = word ^ (kOnes * '\\');
    // Each term marks its bytes in their top bit. A borrow can mark a byte falsely, but only one above a true mark, and
    // only the lowest mark counts.
    const std::uint64_t marks =
        (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | ((word - kOnes * 0x20) & ~word)) & kHigh;
    if (marks != 0) {
      if constexpr (std::endian::native != std::endian::little) break;  // the bytes below find it
      const auto bit = static_cast<unsigned>(std::countr_zero(marks));
      high_seen |= word & kHigh & ((1ULL << (bit & ~7U)) - 1);
      non_ascii = non_ascii || high_seen != 0;
      return at + bit / 8;
    }
    high_seen |= word & kHigh;
    at += 8;
  }
  for (; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == '"' || byte == '\\') break;
    high_seen |= byte & 0x80U;
  }
  non_ascii = non_ascii || high_seen != 0;
  return at;
}

// The UTF-16 unit that the four hexadecimal digits at `at` write; −1 if they are not four.
int hex_unit(std::string_view text, std::size_t at);
inline bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
inline bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Writes the text that `raw` (the inside of a string, grammar checked) stands for to `out` and returns its bytes: at
// most raw.size(). A lone surrogate becomes U+FFFD.
std::size_t unescape(std::string_view raw, char* out);

// `at`: offset of a string's opening quote. Returns the offset after its closing one.
std::size_t skip_string(std::string_view text, std::size_t at);

// `at`: offset of a value's first byte. Returns the offset after its last one; always beyond `at`. Iterative.
std::size_t skip_value(std::string_view text, std::size_t at);

}  // namespace sio::json::detail
