#include "sio/json/writer.hpp"

#include <array>
#include <charconv>

#include "sio/base/check.hpp"
#include "text.hpp"

namespace sio::json {

namespace {

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 0xFU];
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  for (;;) {
    bool non_ascii = false;
    const std::size_t end = detail::find_special(text, at, non_ascii);
    out.append(text, at, end - at);
    if (end == text.size()) break;
    append_escape(out, text[end]);
    at = end + 1;
  }
  out += '"';
}

Writer& Writer::begin_object() { return open('{', true); }
Writer& Writer::end_object() { return close('}', true); }
Writer& Writer::begin_array() { return open('[', false); }
Writer& Writer::end_array() { return close(']', false); }

Writer& Writer::key(std::string_view name) {
  SIO_CHECK(in_object() && !after_key_);
  if (comma_) out_ += ',';
  append_string(out_, name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  begin_value();
  append_string(out_, text);
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  begin_value();
  std::array<char, 20> digits;  // -9223372036854775808
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out_.append(digits.data(), written.ptr);
  return *this;
}

Writer& Writer::boolean(bool value) {
  begin_value();
  out_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  begin_value();
  out_ += "null";
  return *this;
}

Writer& Writer::raw(std::string_view json) {
  SIO_CHECK(!json.empty());
  begin_value();
  out_ += json;
  return *this;
}

void Writer::begin_value() {
  SIO_CHECK(after_key_ || !in_object());
  if (comma_ && !after_key_) out_ += ',';
  comma_ = true;
  after_key_ = false;
}

Writer& Writer::open(char bracket, bool is_object) {
  SIO_CHECK(depth_ < kDepthMax);
  begin_value();
  out_ += bracket;
  objects_ = objects_ << 1 | (is_object ? 1U : 0U);
  ++depth_;
  comma_ = false;
  return *this;
}

Writer& Writer::close(char bracket, bool is_object) {
  SIO_CHECK(depth_ > 0 && in_object() == is_object && !after_key_);
  out_ += bracket;
  objects_ >>= 1;
  --depth_;
  comma_ = true;
  return *this;
}

}  // namespace sio::json
