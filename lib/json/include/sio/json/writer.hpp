// Compact JSON, appended to a string: no spaces, control characters escaped (so that RS never stands raw in a packet),
// everything else as it is. Commas are set by the writer. Misuse (a value without key inside an object) is a CHECK.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::json {

// Appends `text` (valid UTF-8) as a JSON string with quotes.
void append_string(std::string& out, std::string_view text);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t number);
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json);  // an accepted JSON text, copied as it is

  // key() and value in one.
  Writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  Writer& member(std::string_view name, const char* text) { return key(name).string(text); }
  Writer& member(std::string_view name, std::int64_t number) { return key(name).integer(number); }
  Writer& member(std::string_view name, int number) { return key(name).integer(number); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  void separate();
  std::string& out_;
  bool comma_ = false;
  bool after_key_ = false;
};

}  // namespace sio::json
