// Any bytes: scan() takes exactly what a plain second grammar takes, holds its limits to the unit, and what it takes
// can be read whole, written again and read the same.

// libFuzzer: -max_len=384

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"

namespace {

using namespace sio::json;

// RFC 8259 written down once more, as plainly as it goes: recursive, a byte at a time.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : text_(text) {}

  bool accepts() {
    space();
    if (!value(1)) return false;
    space();
    return at_ == text_.size();
  }
  std::uint32_t depth() const { return depth_; }
  std::uint32_t members() const { return members_; }

 private:
  bool value(std::uint32_t depth) {
    if (take('{')) return list(depth, '}', true);
    if (take('[')) return list(depth, ']', false);
    if (take('"')) return string();
    return word("true") || word("false") || word("null") || number();
  }
  bool list(std::uint32_t depth, char end, bool keys) {
    depth_ = std::max(depth_, depth);
    space();
    if (take(end)) return true;
    for (;;) {
      ++members_;
      space();
      if (keys) {
        if (!take('"') || !string()) return false;
        space();
        if (!take(':')) return false;
        space();
      }
      if (!value(depth + 1)) return false;
      space();
      if (take(end)) return true;
      if (!take(',')) return false;
    }
  }
  bool string() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') continue;
      if (take('u')) {
        for (int i = 0; i < 4; ++i) {
          if (!one_of("0123456789abcdefABCDEF")) return false;
        }
      } else if (!one_of("\"\\/bfnrt")) {
        return false;
      }
    }
    return false;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!one_of("eE")) return true;
    one_of("+-");
    return digits();
  }
  bool digits() {
    if (!one_of("0123456789")) return false;
    while (one_of("0123456789")) {
    }
    return true;
  }
  bool one_of(std::string_view set) {
    if (at_ == text_.size() || set.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool take(char c) { return one_of({&c, 1}); }
  bool word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void space() {
    while (one_of(" \t\r\n")) {
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  std::uint32_t members_ = 0;
};

// Recursive, as a program under test may not be: depth is limited where it is called.
void copy(Value value, Writer& writer) {
  switch (value.kind()) {
    case Kind::array:
      writer.begin_array();
      for (const Value element : value.elements()) copy(element, writer);
      writer.end_array();
      return;
    case Kind::object:
      writer.begin_object();
      for (const Member member : value.members()) {
        const std::string key = member.key();
        SIO_CHECK(member.key_is(key) && value.find(key)->text() == member.value.text());
        writer.key(key);
        copy(member.value, writer);
      }
      writer.end_object();
      return;
    case Kind::string:
      writer.string(*value.as_string());
      return;
    case Kind::boolean:
      writer.boolean(*value.as_bool());
      return;
    case Kind::null:
      writer.null();
      return;
    case Kind::number:
      SIO_CHECK(value.as_double().has_value());
      writer.raw(value.text());
      return;
  }
}

std::string copied(std::string_view text) {
  std::string out;
  Writer writer(out);
  copy(Value(text), writer);
  return out;
}

// A text that breaks a limit may be looked into all the same.
void look_into(Value value) {
  std::string buffer;
  value.as_string(buffer);
  value.as_double();
  for (const Value element : value.elements()) element.as_string(buffer);
  for (const Member member : value.members()) SIO_CHECK(value.find(member.key()).has_value());
}

void check_limits(std::string_view text, const Grammar& grammar) {
  const Limits exact{.depth_max = grammar.depth(), .members_max = grammar.members()};
  SIO_CHECK(scan(text, exact) == Error::none);
  if (grammar.depth() > 0) {
    SIO_CHECK(scan(text, {.depth_max = grammar.depth() - 1, .members_max = UINT32_MAX}) == Error::depth);
  }
  if (grammar.members() > 0) {
    SIO_CHECK(scan(text, {.depth_max = UINT32_MAX, .members_max = grammar.members() - 1}) == Error::members);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Error error = scan(text);
  const Error wide = scan(text, {.depth_max = UINT32_MAX, .members_max = UINT32_MAX});
  const Error narrow = scan(text, {.depth_max = 1, .members_max = 2});
  Grammar grammar(text);
  const bool is_json = grammar.accepts() && sio::is_utf8(text);
  SIO_CHECK(is_not_json(error) != is_json && is_not_json(wide) != is_json && is_not_json(narrow) != is_json);
  SIO_CHECK(wide != Error::depth && wide != Error::members);
  if (!is_json) return 0;
  if (wide == Error::none) {
    check_limits(text, grammar);
    const bool within = grammar.depth() <= Limits{}.depth_max && grammar.members() <= Limits{}.members_max;
    SIO_CHECK(within == (error == Error::none));
  } else {
    SIO_CHECK(error != Error::none && narrow != Error::none);
  }
  if (error == Error::none) {
    const std::string once = copied(text);
    SIO_CHECK(scan(once) == Error::none);
    SIO_CHECK(copied(once) == once);
  } else {
    look_into(Value(text));
  }
  return 0;
}
