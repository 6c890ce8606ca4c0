// People and their two roles. Holds no passwords: those stay between the store and auth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/domain/ids.hpp"

namespace parley::domain {

enum class Role : std::uint8_t { user, admin };

// "user", "admin": in the database, in tokens, on the wire.
std::string_view to_string(Role role);
// Exactly these two words.
std::optional<Role> parse_role(std::string_view text);

struct User {
  UserId id;
  std::string name;
  std::string email;  // as it was given; compared by normal_email()
  Role role = Role::user;
  bool disabled = false;
};

}  // namespace parley::domain
