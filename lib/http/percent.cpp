#include "percent.hpp"

namespace sio::http {

namespace {

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that the escape at the front of `text` (a '%') stands for; −1: none.
int escaped_byte(std::string_view text) {
  if (text.size() < 3) return -1;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

bool percent_decode_path(std::string_view encoded, std::string& out) {
  std::size_t escape = encoded.find('%');
  out.assign(encoded.substr(0, escape));
  while (escape != std::string_view::npos) {
    encoded.remove_prefix(escape);
    const int byte = escaped_byte(encoded);
    if (byte <= 0) return false;
    out.push_back(static_cast<char>(byte));
    encoded.remove_prefix(3);
    escape = encoded.find('%');
    out.append(encoded.substr(0, escape));
  }
  return true;
}

std::string percent_decode_query(std::string_view encoded) {
  std::string out;
  out.reserve(encoded.size());
  while (!encoded.empty()) {
    const int byte = encoded.front() == '%' ? escaped_byte(encoded) : -1;
    if (byte >= 0) {
      out.push_back(static_cast<char>(byte));
      encoded.remove_prefix(3);
    } else {
      out.push_back(encoded.front() == '+' ? ' ' : encoded.front());
      encoded.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace sio::http
