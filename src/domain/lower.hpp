// Text with its ASCII letters in lower case: how addresses and common passwords are compared.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "sio/base/ascii.hpp"

namespace parley::domain {

inline std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), sio::ascii_lower);
  return lower;
}

}  // namespace parley::domain
