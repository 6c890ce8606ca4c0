// Walks over a whole accepted JSON text in order: each byte is looked at once, however deep it is nested. For who must
// see everything; Value is for who looks at a few things. No recursion, no allocation. A text that scan() calls
// `syntax` must never be walked over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/json/value.hpp"

namespace sio::json {

class Walker {
 public:
  // What the walk has come to.
  enum class Step : std::uint8_t {
    begin_object,
    begin_array,
    end,     // of the innermost container that is open
    key,     // see key_is(); the next step is its value, or the beginning of it
    scalar,  // value(): no container
    done,
  };

  // `text` must outlive the walker.
  explicit Walker(std::string_view text) : text_(text) {}

  // Goes one step on; `done` stays.
  Step next();
  // Whether the key of this step is `key`, unescaped.
  bool key_is(std::string_view key) const { return Member{token_, Value()}.key_is(key); }
  // The value of this step.
  Value value() const { return Value(token_); }

 private:
  std::string_view text_;
  std::string_view token_;
  std::size_t at_ = 0;
};

}  // namespace sio::json
