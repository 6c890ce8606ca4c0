// Who may register as admin (contract 5): the configured word, and what it means for one request. Knows no accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sio/http/message.hpp"

namespace parley::rest {

enum class AdminSignup : std::uint8_t {
  open,    // anyone
  first,   // while there is no admin
  invite,  // with a one-time code
  closed,  // nobody
};
std::optional<AdminSignup> parse_admin_signup(std::string_view text);
std::string_view to_string(AdminSignup mode);

// What a server is told or finds out about itself at start.
struct AdminSignupRule {
  AdminSignup mode = AdminSignup::invite;
  // `open` by default only: holds for requests that come straight from this machine, others get `invite`.
  bool local_requests_only = false;
  // `open` was asked for although requests may come from beyond this machine: whoever reaches the server can be an
  // admin.
  bool open_to_everybody = false;

  AdminSignup for_request(const sio::http::Request& request) const;
  // For the start's log: "open to everybody", "open for requests from this machine", …
  std::string describe() const;
};

// `given`: --admin-signup, if any. `points_beyond`: a listener is not on loopback, or another origin is allowed, or a
// proxy is trusted.
AdminSignupRule admin_signup_rule(std::optional<AdminSignup> given, bool points_beyond);

// A loopback Host, and no trace of a proxy (which on the same machine is the usual way to the outside).
bool is_straight_from_this_machine(const sio::http::Request& request);

}  // namespace parley::rest
