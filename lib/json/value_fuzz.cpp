// The views over a JSON text: numbers read as the C library reads them, strings as a second unescaping reads them, and
// every way to reach a value gives the same one.

// libFuzzer: -max_len=256

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/walker.hpp"
#include "text.hpp"

namespace {

using namespace sio::json;

void append_code_point(std::string& out, unsigned point) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point >= 0x10000) {
    put(0xF0U | point >> 18U);
    put(0x80U | (point >> 12U & 0x3FU));
  } else if (point >= 0x800) {
    put(0xE0U | point >> 12U);
  }
  if (point >= 0x800) put(0x80U | (point >> 6U & 0x3FU));
  if (point >= 0x80 && point < 0x800) put(0xC0U | point >> 6U);
  put(point >= 0x80 ? 0x80U | (point & 0x3FU) : point);
}

// What `raw` (between the quotes, grammar checked) stands for; a lone surrogate is U+FFFD.
std::string unescaped(const std::string& raw) {
  std::string out;
  const auto unit_at = [&](std::size_t at) -> unsigned {
    return raw.compare(at, 2, "\\u") == 0 ? static_cast<unsigned>(std::stoul(raw.substr(at + 2, 4), nullptr, 16)) : 0U;
  };
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\') {
      out += raw[at++];
      continue;
    }
    if (raw[at + 1] != 'u') {
      constexpr std::string_view kLetters = "bfnrt\"\\/";
      constexpr std::string_view kMeanings = "\b\f\n\r\t\"\\/";
      out += kMeanings[kLetters.find(raw[at + 1])];
      at += 2;
      continue;
    }
    unsigned point = unit_at(at);
    at += 6;
    if (point >= 0xD800 && point < 0xDC00 && at < raw.size()) {
      const unsigned low = unit_at(at);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000U + ((point - 0xD800U) << 10U) + (low - 0xDC00U);
        at += 6;
      }
    }
    append_code_point(out, point >= 0xD800 && point < 0xE000 ? 0xFFFDU : point);
  }
  return out;
}

void check_number(Value value) {
  const std::string text(value.text());
  errno = 0;
  const double nearest = std::strtod(text.c_str(), nullptr);
  const std::optional<double> read = value.as_double();
  SIO_CHECK(read.has_value() == std::isfinite(nearest));
  if (read) SIO_CHECK(*read == nearest && std::signbit(*read) == std::signbit(nearest));

  const bool whole = text.find_first_of(".eE") == std::string::npos;
  errno = 0;
  const long long nearest_whole = std::strtoll(text.c_str(), nullptr, 10);
  const std::optional<std::int64_t> integer = value.as_int64();
  SIO_CHECK(integer.has_value() == (whole && errno == 0));
  if (integer) SIO_CHECK(*integer == nearest_whole);
}

void check_string(Value value) {
  const std::string_view raw = value.text().substr(1, value.text().size() - 2);
  const std::string expected = unescaped(std::string(raw));
  std::string buffer = "untouched";
  const auto view = value.as_string(buffer);
  SIO_CHECK(view == expected && value.as_string() == expected && sio::is_utf8(expected));
  const bool escaped = raw.find('\\') != std::string_view::npos;
  SIO_CHECK(escaped ? view->data() == buffer.data() : (buffer == "untouched" && view->data() == raw.data()));
}

// Which of the readings fit a value is told by its first byte, for all kinds.
void check_kind(Value value) {
  const Kind kind = value.kind();
  SIO_CHECK(value.is_null() == (value.text() == "null"));
  SIO_CHECK(value.as_bool().has_value() == (kind == Kind::boolean));
  if (kind == Kind::boolean) SIO_CHECK(*value.as_bool() == (value.text() == "true"));
  SIO_CHECK(value.as_string().has_value() == (kind == Kind::string) && value.is_string() == (kind == Kind::string));
  if (kind != Kind::number) SIO_CHECK(!value.as_double() && !value.as_int64());
  if (kind != Kind::array) SIO_CHECK(value.elements() == EndOfRange{} && !value.at(0));
  if (kind != Kind::object) SIO_CHECK(value.members() == EndOfRange{} && !value.find("") && !value.find("a"));
}

void check_children(Value value, std::vector<Value>& due) {
  std::size_t count = 0;
  for (const Value element : value.elements()) {
    if (count < 8) SIO_CHECK(value.at(count)->text().data() == element.text().data());
    ++count;
    due.push_back(element);
  }
  SIO_CHECK(!value.at(count));
  for (const Member member : value.members()) {
    const std::string key = unescaped(std::string(member.raw_key));
    SIO_CHECK(member.key() == key && member.key_is(key) && !member.key_is(key + "x") && !member.key_is("x" + key));
    SIO_CHECK(value.find(key)->text().data() <= member.value.text().data());  // the first of that name
    due.push_back(member.value);
  }
}

// The walker tells of the same values in the same order. Recursive where it is not.
void follow(Value value, Walker& walker) {
  using Step = Walker::Step;
  if (value.is_array()) {
    SIO_CHECK(walker.next() == Step::begin_array);
    for (const Value element : value.elements()) follow(element, walker);
    SIO_CHECK(walker.next() == Step::end);
  } else if (value.is_object()) {
    SIO_CHECK(walker.next() == Step::begin_object);
    for (const Member member : value.members()) {
      SIO_CHECK(walker.next() == Step::key);
      const std::string key = member.key();
      SIO_CHECK(walker.key_is(key) && !walker.key_is(key + "x"));
      follow(member.value, walker);
    }
    SIO_CHECK(walker.next() == Step::end);
  } else {
    SIO_CHECK(walker.next() == Step::scalar && walker.value().text() == value.text());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (is_not_json(scan(text))) {
    // The steps below the views read nothing past the end, whatever the text is.
    if (text.starts_with('"')) SIO_CHECK(detail::skip_string(text, 0) <= size);
    if (text.starts_with('[') || text.starts_with('{')) SIO_CHECK(detail::skip_value(text, 0) <= size);
    return 0;
  }
  std::vector<Value> due{Value(text)};
  while (!due.empty()) {
    const Value value = due.back();
    due.pop_back();
    SIO_CHECK(value.text().data() >= text.data() && value.text().data() + value.text().size() <= text.data() + size);
    SIO_CHECK(!is_not_json(scan(value.text())) || value.text().empty());
    check_kind(value);
    if (value.kind() == Kind::number) check_number(value);
    if (value.kind() == Kind::string) check_string(value);
    check_children(value, due);
  }
  Walker walker(text);
  follow(Value(text), walker);
  SIO_CHECK(walker.next() == Walker::Step::done && walker.next() == Walker::Step::done);
  SIO_CHECK(Value().is_null());
  return 0;
}
