// Codes that people get from an admin and enter once: for a new password, for a sign-up as admin. 120 random bits in
// letters that are hard to mix up, `7K3QX9-D2MNAB-V0TRW8-H5JCEZ`. Only digests are kept; the codes themselves are shown
// once and forgotten. Knows not what a code is for, nor whether it was used.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

// SHA-256 of a code in two parts: by `lookup` a row is found, by `check` it is known to be the one. Who measures how
// long looking up takes learns of a digest, not of a code.
struct CodeDigest {
  std::string lookup;
  std::string check;
};

struct OneTimeCode {
  std::string text;
  CodeDigest digest;
};
OneTimeCode new_one_time_code();

// Of a code as somebody typed it: without regard to case, spaces and dashes, `O` for 0, `I` and `L` for 1. None for
// what cannot be a code.
std::optional<CodeDigest> digest_of_code(std::string_view typed);

// In constant time.
bool is_same_check(std::string_view kept, std::string_view given);

}  // namespace parley::auth
