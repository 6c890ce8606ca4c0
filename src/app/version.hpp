// What this executable is. The number comes from the build.
#pragma once

#include <string_view>

namespace parley::app {

inline constexpr std::string_view kVersion = PARLEY_VERSION;

}  // namespace parley::app
