// JSON text, checked in one pass over its bytes, iteratively: grammar (RFC 8259), UTF-8, depth, members, duplicate keys
// (after unescaping), lone surrogate escapes, numbers that are no finite double. Sans-IO, no recursion, no allocation
// for ordinary texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sio::json {

// More of either is an error.
struct Limits {
  std::uint32_t depth_max = 32;      // nested arrays and objects; the outermost counts as 1
  std::uint32_t members_max = 1000;  // elements and members of the whole text
};

// What is wrong with a text.
enum class Error : std::uint8_t {
  none,
  syntax,  // not JSON at all (invalid UTF-8 included): the sender is broken
  // JSON that breaks a limit: the sender is told, nothing of it is used.
  depth,
  members,
  duplicate_key,
  lone_surrogate,  // "\ud800": JavaScript can send it, UTF-8 cannot hold it
  number_range,    // 1e999
};

// Whether nothing of the text can be read.
inline bool is_not_json(Error error) { return error == Error::syntax; }

// Checks a whole text: one value, white space around it allowed. `syntax` wins over the limits: a text that breaks a
// limit and is no JSON either is reported as syntax, so the scan goes to the end.
Error scan(std::string_view text, const Limits& limits = {});

}  // namespace sio::json
