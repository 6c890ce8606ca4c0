// Compact JSON, appended to a string: no spaces, control characters escaped (so that RS never stands raw in a packet),
// everything else as it is. Commas are set by the writer: several values at top level make the inner text of a list
// (`1,{}`). Misuse (a value without key inside an object, a bracket that closes nothing) is a CHECK. No floating point:
// numbers of others are passed on as their text, by raw().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::json {

// Appends `text` (valid UTF-8) as a JSON string with quotes.
void append_string(std::string& out, std::string_view text);

class Writer {
 public:
  static constexpr std::uint32_t kDepthMax = 64;  // open arrays and objects; more is a CHECK

  // `out` must outlive the writer; what it holds already stays.
  explicit Writer(std::string& out) : out_(out) {}

  // `{`
  Writer& begin_object();
  // `}`
  Writer& end_object();
  // `[`
  Writer& begin_array();
  // `]`
  Writer& end_array();
  // The name of the next value, inside an object.
  Writer& key(std::string_view name);
  // A value, escaped. Must be valid UTF-8.
  Writer& string(std::string_view text);
  // A value.
  Writer& integer(std::int64_t number);
  // A value.
  Writer& boolean(bool value);
  // A value.
  Writer& null();
  // An accepted JSON text, copied as it is.
  Writer& raw(std::string_view json);

  // key() and value in one.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::int64_t number) { return key(name).integer(number); }
  Writer& member(std::string_view name, int number) { return key(name).integer(number); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  bool in_object() const { return (objects_ & 1U) != 0; }
  void begin_value();
  Writer& open(char bracket, bool is_object);
  Writer& close(char bracket, bool is_object);

  std::string& out_;
  std::uint64_t objects_ = 0;  // a bit for each open container, the innermost in the lowest: it is an object
  std::uint32_t depth_ = 0;
  bool comma_ = false;  // something stands before the next value
  bool after_key_ = false;
};

}  // namespace sio::json
