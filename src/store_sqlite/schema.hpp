// The schema as a list of steps, each in SQL that can be read. Steps are never changed once they were shipped: what is
// to be different is another step.
#pragma once

#include <span>
#include <string_view>

namespace parley::store {

// In the file's header: so that `file` and we know whose it is. "Prly".
inline constexpr int kApplicationId = 0x50726C79;

struct Migration {
  int version;  // 1, 2, 3 …
  std::string_view name;
  const char* sql;  // ends by setting user_version to its number
};
std::span<const Migration> migrations();

}  // namespace parley::store
