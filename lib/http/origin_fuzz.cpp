// Origins: what is one, when two are the same, and whom a policy lets in, against a second reading of the rules of
// cors.hpp; the headers of an answer say nothing that the request could have smuggled in. Input: a line that is
// configured, a line for Origin, the rest is Host.

// libFuzzer: -max_len=160

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/http/cors.hpp"

namespace {

using sio::http::CorsPolicy;

struct Parts {
  std::string scheme;
  std::string host;
  std::string port;  // empty: none, or the scheme's own
};

bool all_of(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// host[:port]; `scheme` tells which port is none.
std::optional<Parts> authority_by_hand(std::string_view text, std::string_view scheme) {
  Parts parts{std::string(scheme), {}, {}};
  std::string host = lowered(text);
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
    parts.port = host.substr(colon + 1);
    host.resize(colon);
    if (parts.port.empty() || !all_of(parts.port, "0123456789")) return std::nullopt;
    parts.port.erase(0, std::min(parts.port.find_first_not_of('0'), parts.port.size()));
    if (parts.port.empty() || parts.port.size() > 5 || std::stoul(parts.port) > 65535) return std::nullopt;
    const bool own = (parts.port == "80" && (scheme == "http" || scheme == "ws")) ||
                     (parts.port == "443" && (scheme == "https" || scheme == "wss"));
    if (own) parts.port.clear();
  }
  constexpr std::string_view kAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    if (!all_of(host.substr(1, host.size() - 2), std::string(kAlphanumeric) + ".:")) return std::nullopt;
  } else if (host.empty() || !all_of(host, std::string(kAlphanumeric) + ".-_")) {
    return std::nullopt;
  }
  parts.host = host;
  return parts;
}

std::optional<Parts> origin_by_hand(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::string scheme = lowered(text.substr(0, end));
  if (scheme[0] < 'a' || scheme[0] > 'z') return std::nullopt;
  if (!all_of(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.")) return std::nullopt;
  return authority_by_hand(text.substr(end + 3), scheme);
}

std::string to_text(const Parts& parts) {
  return parts.scheme + "://" + parts.host + (parts.port.empty() ? "" : ":" + parts.port);
}

void check_headers(const CorsPolicy& policy, const std::string& origin, bool configured, bool any) {
  sio::http::Request request;
  request.method = "OPTIONS";
  if (!origin.empty()) request.headers.add("Origin", origin);
  const sio::http::Response answer = policy.preflight(request);
  SIO_CHECK(answer.status == 204 && answer.body.empty());
  const std::string_view allowed = answer.headers.find("Access-Control-Allow-Origin");
  SIO_CHECK(allowed == (!configured ? std::string_view{} : any ? "*" : origin));
  // A wildcard never goes with credentials, and an answer that hangs on the origin says so to caches.
  const bool credentials = answer.headers.find("Access-Control-Allow-Credentials") == "true";
  SIO_CHECK(credentials == (configured && !any));
  SIO_CHECK((answer.headers.joined("Vary").find("Origin") != std::string::npos) == (configured && !any));
  SIO_CHECK(answer.headers.contains("Access-Control-Allow-Methods") == configured);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const std::string configured(input.until('\n'));
  const std::string origin(input.until('\n'));
  const std::string host(input.rest());

  const auto parts = origin_by_hand(origin);
  const auto normal = sio::http::normalize_origin(origin);
  SIO_CHECK(normal.has_value() == parts.has_value());
  if (normal) SIO_CHECK(*normal == to_text(*parts) && sio::http::normalize_origin(*normal) == normal);
  const bool controls =
      std::any_of(origin.begin(), origin.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; });
  SIO_CHECK(sio::http::has_control_characters(origin) == controls);
  SIO_CHECK(!normal || !controls);

  const CorsPolicy policy({"https://chat.example:8443", configured, "null"});
  const bool any = configured == "*";
  const auto wanted = origin_by_hand(configured);
  const bool listed = normal && (*normal == "https://chat.example:8443" || (wanted && *normal == to_text(*wanted)));
  const auto here = parts ? authority_by_hand(host, parts->scheme) : std::nullopt;
  const bool same = here && here->host == parts->host && here->port == parts->port;
  SIO_CHECK(policy.enabled());
  SIO_CHECK(policy.allows(origin, host) == (origin.empty() || any || listed || same));
  SIO_CHECK(CorsPolicy().allows(origin, host) == (origin.empty() || same));
  check_headers(policy, origin, !origin.empty() && (any || listed), any);
  return 0;
}
