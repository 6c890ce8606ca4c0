// How a request is refused. Private.
#pragma once

#include <string_view>

namespace sio::http {

struct ParseError {
  int status = 0;         // 0: none
  std::string_view text;  // a literal
  explicit operator bool() const { return status != 0; }
};

}  // namespace sio::http
