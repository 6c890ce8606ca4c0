// UTF-8 checks by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sio {

// The whole text is valid UTF-8. ASCII runs are checked eight bytes at a time.
bool is_utf8(std::string_view text);

// Incremental form, for text that comes in pieces: an error is reported with the first byte that cannot continue.
class Utf8Validator {
 public:
  // False: the bytes so far cannot be the beginning of valid UTF-8.
  bool feed(std::string_view piece);
  // True: no sequence is left half done.
  bool complete() const { return pending_ == 0; }
  // For another text.
  void reset() { *this = Utf8Validator{}; }

 private:
  std::uint8_t pending_ = 0;      // continuation bytes still due
  std::uint8_t next_min_ = 0x80;  // bounds of the next continuation byte
  std::uint8_t next_max_ = 0xBF;
};

// Number of code points of valid UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace sio
