// Values of a JSON text that scan() has accepted: views, looked into only where asked. Numbers, key order and text stay
// as they were written. A Value must not outlive its text. Every step is iterative. A text that scan() calls `syntax`
// must never be read (CHECK, or a wrong answer, but no byte outside it); one that breaks a limit may be looked into: a
// lone surrogate is then read as U+FFFD, of a duplicate key the first counts, a number out of range is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::json {

// What a value is.
enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

class Elements;
class Members;

class Value {
 public:
  Value() : text_("null") {}
  // `text`: exactly one accepted value; surrounding white space is dropped. Empty: CHECK.
  explicit Value(std::string_view text);

  // As it was written.
  std::string_view text() const { return text_; }
  // Told by the first character.
  Kind kind() const;
  // Whether it is that kind.
  bool is_null() const { return kind() == Kind::null; }
  // Whether it is that kind.
  bool is_string() const { return kind() == Kind::string; }
  // Whether it is that kind.
  bool is_object() const { return kind() == Kind::object; }
  // Whether it is that kind.
  bool is_array() const { return kind() == Kind::array; }

  // true or false; none for any other kind.
  std::optional<bool> as_bool() const;
  // Whole numbers in any notation without fraction that fit (7, but not 7.0, 7e0 or -0.5).
  std::optional<std::int64_t> as_int64() const;
  // The nearest double of any number; none for what is no number or too large for one.
  std::optional<double> as_double() const;
  // The unescaped string. Without escapes this is a view into the text and `buffer` stays untouched; else it is a view
  // of `buffer`.
  std::optional<std::string_view> as_string(std::string& buffer) const;
  std::optional<std::string> as_string() const;

  // Member of an object by its unescaped key; none if absent or this is no object.
  std::optional<Value> find(std::string_view key) const;
  // Element of an array, counted from 0.
  std::optional<Value> at(std::size_t index) const;

  Elements elements() const;  // empty range unless an array
  Members members() const;    // empty range unless an object

 private:
  std::string_view text_;
};

// Input ranges: `for (Value v : value.elements())`, `for (Member m : value.members())`.
struct Member {
  std::string_view raw_key;  // as written, between the quotes
  Value value;
  std::string key() const;  // unescaped
  // Whether that is the unescaped key; allocates only if it has escapes.
  bool key_is(std::string_view key) const;
};

// Where both ranges end.
struct EndOfRange {};

// The values of an array, read one after the other.
class Elements {
 public:
  // `array`: the text of one, brackets included, or nothing.
  explicit Elements(std::string_view array) : rest_(array) { advance(); }
  Elements begin() const { return *this; }
  EndOfRange end() const { return {}; }
  Value operator*() const { return current_; }
  Elements& operator++() {
    advance();
    return *this;
  }
  friend bool operator==(const Elements& a, EndOfRange) { return a.done_; }

 private:
  void advance();
  std::string_view rest_;
  Value current_;
  bool started_ = false;
  bool done_ = false;
};

// The members of an object, read one after the other.
class Members {
 public:
  // `object`: the text of one, braces included, or nothing.
  explicit Members(std::string_view object) : rest_(object) { advance(); }
  Members begin() const { return *this; }
  EndOfRange end() const { return {}; }
  Member operator*() const { return current_; }
  Members& operator++() {
    advance();
    return *this;
  }
  friend bool operator==(const Members& a, EndOfRange) { return a.done_; }

 private:
  void advance();
  std::string_view rest_;
  Member current_;
  bool started_ = false;
  bool done_ = false;
};

}  // namespace sio::json
