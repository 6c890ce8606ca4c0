#include "parley/rest/admin_signup.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

namespace parley::rest {
namespace {

constexpr std::array<std::pair<std::string_view, AdminSignup>, 4> kNames{{{"open", AdminSignup::open},
                                                                          {"first", AdminSignup::first},
                                                                          {"invite", AdminSignup::invite},
                                                                          {"closed", AdminSignup::closed}}};

// 127.0.0.0/8 in its usual form; names that only begin so ("127.0.0.1.example") are none.
bool is_ipv4_loopback(std::string_view host) {
  if (!host.starts_with("127.")) return false;
  unsigned parts = 0;
  while (true) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(host.data(), host.data() + host.size(), number);
    if (error != std::errc{} || number > 255) return false;
    ++parts;
    host.remove_prefix(static_cast<std::size_t>(end - host.data()));
    if (host.empty()) return parts == 4;
    if (host.front() != '.') return false;
    host.remove_prefix(1);
  }
}

bool is_loopback_host(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = host.substr(0, colon);
  }
  return host == "[::1]" || is_ipv4_loopback(host) || sio::http::equals_ignore_case(host, "localhost");
}

bool tells_of_a_proxy(std::string_view header) {
  constexpr std::string_view kPrefix = "x-forwarded";
  return sio::http::equals_ignore_case(header, "forwarded") || sio::http::equals_ignore_case(header, "via") ||
         sio::http::equals_ignore_case(header, "x-real-ip") ||
         sio::http::equals_ignore_case(header.substr(0, kPrefix.size()), kPrefix);
}

}  // namespace

std::optional<AdminSignup> parse_admin_signup(std::string_view text) {
  for (const auto& [name, mode] : kNames) {
    if (name == text) return mode;
  }
  return std::nullopt;
}

std::string_view to_string(AdminSignup mode) {
  for (const auto& [name, each] : kNames) {
    if (each == mode) return name;
  }
  return "unknown";
}

AdminSignup AdminSignupRule::for_request(const sio::http::Request& request) const {
  if (local_requests_only && !is_straight_from_this_machine(request)) return AdminSignup::invite;
  return mode;
}

std::string AdminSignupRule::describe() const {
  switch (mode) {
    case AdminSignup::open:
      return local_requests_only ? "open for requests from this machine"
                                 : "open to everybody who can reach this server";
    case AdminSignup::first:
      return "open until there is an admin";
    case AdminSignup::invite:
      return "by invitation only; make a code with: parley invite create";
    case AdminSignup::closed:
      return "closed; make an admin with: parley user add";
  }
  return "unknown";
}

AdminSignupRule admin_signup_rule(std::optional<AdminSignup> given, bool points_beyond) {
  if (given) return {*given, false, points_beyond && *given == AdminSignup::open};
  if (points_beyond) return {AdminSignup::invite, false, false};
  return {AdminSignup::open, true, false};
}

bool is_straight_from_this_machine(const sio::http::Request& request) {
  if (!is_loopback_host(request.headers.find("host"))) return false;
  const auto& headers = request.headers.items();
  return std::none_of(headers.begin(), headers.end(),
                      [](const sio::http::Header& header) { return tells_of_a_proxy(header.name); });
}

}  // namespace parley::rest
