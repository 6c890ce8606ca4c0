#include "text.hpp"

#include "sio/base/check.hpp"

namespace sio::json::detail {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char* append_utf8(char* out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
  return out;
}

// `at`: offset of the `u` of an escape. Reads it, and the one after it where both make a pair; moves `at` behind.
std::uint32_t unicode_escape(std::string_view raw, std::size_t& at) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  const int unit = hex_unit(raw, at + 1);
  SIO_CHECK(unit >= 0);
  at += 5;
  if (is_high_surrogate(unit) && peek(raw, at) == '\\' && peek(raw, at + 1) == 'u') {
    const int low = hex_unit(raw, at + 2);
    if (is_low_surrogate(low)) {
      at += 6;
      return 0x10000 + (static_cast<std::uint32_t>(unit - 0xD800) << 10) + static_cast<std::uint32_t>(low - 0xDC00);
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) return kReplacement;
  return static_cast<std::uint32_t>(unit);
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, solidus
  }
}

}  // namespace

int hex_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

std::size_t unescape(std::string_view raw, char* out) {
  char* const begin = out;
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t backslash = raw.find('\\', at);
    const std::size_t run = (backslash == std::string_view::npos ? raw.size() : backslash) - at;
    std::memcpy(out, raw.data() + at, run);
    out += run;
    at += run + 1;  // to the escape's letter
    if (at >= raw.size()) break;
    if (raw[at] == 'u') {
      out = append_utf8(out, unicode_escape(raw, at));
    } else {
      *out++ = simple_escape(raw[at++]);
    }
  }
  return static_cast<std::size_t>(out - begin);
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  ++at;
  bool non_ascii = false;
  while ((at = find_special(text, at, non_ascii)) < text.size()) {
    if (text[at] == '"') return at + 1;
    at += text[at] == '\\' ? 2U : 1U;
  }
  return text.size();
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  const char first = peek(text, at);
  if (first == '"') return skip_string(text, at);
  if (first == '[' || first == '{') {
    std::size_t open = 0;
    do {
      const char c = text[at];
      if (c == '"') {
        at = skip_string(text, at);
        continue;
      }
      if (c == '[' || c == '{') ++open;
      if (c == ']' || c == '}') --open;
      ++at;
    } while (open > 0 && at < text.size());
    return at;
  }
  while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != ']' && text[at] != '}') ++at;
  SIO_CHECK(at > begin);  // else this is no accepted text, and a range over it would never end
  return at;
}

}  // namespace sio::json::detail
