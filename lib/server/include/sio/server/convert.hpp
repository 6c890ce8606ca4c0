// Values of C++ types as arguments of events and acknowledgements, and back. Built in: bool, whole numbers (checked for
// their range), float and double, std::string, std::string_view, json::Value, SharedBytes (binary data), and
// std::vector, std::optional and std::map<std::string, …> of these. For a type of your own, two functions beside it:
//
//   bool from_json(const sio::Input& in, Point& point) { return in.member("x", point.x) && in.member("y", point.y); }
//   void to_json(sio::Output& out, const Point& point) {
//     out.begin_object().member("x", point.x).member("y", point.y).end_object();
//   }
//
// They are found in the namespace of the type. Nothing is converted silently: "7" is no number, 7.5 is no int, 300 is
// no std::uint8_t, null is nothing but an empty optional. Members of objects that nobody asks for are ignored.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <forward_list>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sio/base/check.hpp"
#include "sio/base/shared_bytes.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"

namespace sio {

class Input;
class Output;

// A JSON text that is passed on as it is. Must be one valid value, without raw control characters; what json::scan()
// accepts is.
struct Json {
  // Not owned.
  std::string_view text;
};

namespace detail {

template <class T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !is_character<T>;

template <class T>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_text_map = false;
template <class T, class C, class A>
inline constexpr bool is_text_map<std::map<std::string, T, C, A>> = true;

template <class T>
concept HasFromJson = requires(const Input& in, T& value) {
  { from_json(in, value) } -> std::same_as<bool>;
};
template <class T>
concept HasToJson = requires(Output& out, const T& value) { to_json(out, value); };

template <class T>
consteval bool readable() {
  if constexpr (std::same_as<T, bool> || WholeNumber<T> || std::floating_point<T> || std::same_as<T, std::string> ||
                std::same_as<T, std::string_view> || std::same_as<T, json::Value> || std::same_as<T, SharedBytes>) {
    return true;
  } else if constexpr (is_vector<T> || is_optional<T>) {
    return readable<typename T::value_type>();
  } else if constexpr (is_text_map<T>) {
    return readable<typename T::mapped_type>();
  } else {
    return std::default_initializable<T> && HasFromJson<T>;
  }
}

template <class T>
consteval bool writable() {
  if constexpr (std::same_as<T, bool> || WholeNumber<T> || std::floating_point<T> || std::same_as<T, std::nullptr_t> ||
                std::same_as<T, Json> || std::same_as<T, json::Value> || std::same_as<T, SharedBytes>) {
    return true;
  } else if constexpr (is_vector<T> || is_optional<T>) {
    return writable<typename T::value_type>();
  } else if constexpr (is_text_map<T>) {
    return writable<typename T::mapped_type>();
  } else {
    return HasToJson<T> || std::convertible_to<const T&, std::string_view>;
  }
}

// Points into what is read: valid while that is.
template <class T>
consteval bool borrows() {
  if constexpr (is_vector<T> || is_optional<T>) {
    return borrows<typename T::value_type>();
  } else if constexpr (is_text_map<T>) {
    return borrows<typename T::mapped_type>();
  } else {
    return std::same_as<T, std::string_view> || std::same_as<T, json::Value>;
  }
}

}  // namespace detail

// What a handler may take as an argument.
template <class T>
concept Readable = detail::readable<T>();
// What may be sent as an argument.
template <class T>
concept Writable = detail::writable<T>();

// Keeps texts that had escapes, for the std::string_view that were read from them.
using InputTexts = std::forward_list<std::string>;

// One JSON value that is being read, with the attachments of its packet. A view: valid as long as these.
class Input {
 public:
  // Texts that std::string_view point to are kept in `texts`, where unescaping made new ones.
  Input(json::Value value, std::span<const SharedBytes> attachments, InputTexts& texts)
      : value_(value), attachments_(attachments), texts_(&texts) {}

  // What is being read.
  json::Value value() const { return value_; }

  // Reads the value as a T. False: it is none; `out` is then unspecified.
  template <Readable T>
  [[nodiscard]] bool read(T& out) const;
  // Reads a member of an object. A missing one is an error, except for std::optional.
  template <Readable T>
  [[nodiscard]] bool member(std::string_view key, T& out) const {
    const auto found = value_.find(key);
    if (found) return with(*found).read(out);
    if constexpr (detail::is_optional<T>) {
      out.reset();
      return value_.is_object();
    }
    return false;
  }

 private:
  Input with(json::Value value) const { return {value, attachments_, *texts_}; }
  bool read_bytes(SharedBytes& out) const;
  bool read_text(std::string_view& out) const;
  template <class T>
  bool read_number(T& out) const;

  json::Value value_;
  std::span<const SharedBytes> attachments_;
  InputTexts* texts_;
};

// Writes JSON values, and puts binary data among the attachments.
class Output {
 public:
  // Appends to both; they must outlive it.
  Output(std::string& text, std::vector<SharedBytes>& attachments) : writer_(text), attachments_(attachments) {}

  // A number that JSON cannot hold (infinite, not a number) is written as null, as JavaScript does. Whole numbers above
  // 2^53 are written in full; JavaScript rounds them. Texts must be valid UTF-8.
  template <Writable T>
  Output& value(const T& value);
  // `{`; then member() for each member.
  Output& begin_object() { return writer_.begin_object(), *this; }
  // `}`
  Output& end_object() { return writer_.end_object(), *this; }
  // `[`; then value() for each element.
  Output& begin_array() { return writer_.begin_array(), *this; }
  // `]`
  Output& end_array() { return writer_.end_array(), *this; }
  // The name of the next value, inside an object.
  Output& key(std::string_view name) { return writer_.key(name), *this; }
  // key() and value() in one.
  template <Writable T>
  Output& member(std::string_view name, const T& member) {
    return key(name).value(member);
  }

 private:
  void write_number(double number);
  void write_bytes(const SharedBytes& bytes);

  json::Writer writer_;
  std::vector<SharedBytes>& attachments_;
};

template <class T>
bool Input::read_number(T& out) const {
  if constexpr (std::floating_point<T>) {
    const auto number = value_.as_double();
    if (number) out = static_cast<T>(*number);
    return number.has_value();
  } else {
    const auto number = value_.as_int64();
    if (!number || !std::in_range<T>(*number)) return false;
    out = static_cast<T>(*number);
    return true;
  }
}

template <Readable T>
bool Input::read(T& out) const {
  if constexpr (std::same_as<T, bool>) {
    const auto truth = value_.as_bool();
    out = truth.value_or(false);
    return truth.has_value();
  } else if constexpr (detail::WholeNumber<T> || std::floating_point<T>) {
    return read_number(out);
  } else if constexpr (std::same_as<T, std::string>) {
    auto text = value_.as_string();
    if (text) out = std::move(*text);
    return text.has_value();
  } else if constexpr (std::same_as<T, std::string_view>) {
    return read_text(out);
  } else if constexpr (std::same_as<T, json::Value>) {
    out = value_;
    return true;
  } else if constexpr (std::same_as<T, SharedBytes>) {
    return read_bytes(out);
  } else if constexpr (detail::is_optional<T>) {
    out.reset();
    return value_.is_null() || read(out.emplace());
  } else if constexpr (detail::is_vector<T>) {
    out.clear();
    if (!value_.is_array()) return false;
    for (const json::Value each : value_.elements()) {
      typename T::value_type element{};
      if (!with(each).read(element)) return false;
      out.push_back(std::move(element));
    }
    return true;
  } else if constexpr (detail::is_text_map<T>) {
    out.clear();
    if (!value_.is_object()) return false;
    for (const json::Member& each : value_.members()) {
      typename T::mapped_type element{};
      if (!with(each.value).read(element)) return false;
      out.insert_or_assign(each.key(), std::move(element));
    }
    return true;
  } else {
    return from_json(*this, out);
  }
}

template <Writable T>
Output& Output::value(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    writer_.boolean(value);
  } else if constexpr (detail::WholeNumber<T>) {
    writer_.raw(std::to_string(value));
  } else if constexpr (std::floating_point<T>) {
    write_number(static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::nullptr_t>) {
    writer_.null();
  } else if constexpr (std::same_as<T, Json>) {
    writer_.raw(value.text);
  } else if constexpr (std::same_as<T, json::Value>) {
    writer_.raw(value.text());
  } else if constexpr (std::same_as<T, SharedBytes>) {
    write_bytes(value);
  } else if constexpr (detail::is_optional<T>) {
    value ? this->value(*value) : this->value(nullptr);
  } else if constexpr (detail::is_vector<T>) {
    writer_.begin_array();
    for (const auto& each : value) this->value<typename T::value_type>(each);
    writer_.end_array();
  } else if constexpr (detail::is_text_map<T>) {
    writer_.begin_object();
    for (const auto& [name, each] : value) member(name, each);
    writer_.end_object();
  } else if constexpr (detail::HasToJson<T>) {
    to_json(*this, value);
  } else {
    writer_.string(std::string_view(value));
  }
  return *this;
}

}  // namespace sio
