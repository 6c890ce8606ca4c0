#include "sio/http/cors.hpp"

#include <algorithm>
#include <charconv>

namespace sio::http {

namespace {

constexpr std::string_view kAllowOrigin = "Access-Control-Allow-Origin";

struct Authority {
  std::string host;   // lower case, IPv6 in its brackets
  unsigned port = 0;  // 0: none given
  friend bool operator==(const Authority&, const Authority&) = default;
};

struct Origin {
  std::string scheme;  // lower case
  Authority authority;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

unsigned default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

bool is_host_name(std::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::all_of(host.begin(), host.end(), [bracketed](char c) {
    const bool letter_or_digit = (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9');
    return letter_or_digit || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
}

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  std::string_view host = text;
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = text.substr(0, colon);
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, authority.port);
    if (error != std::errc{} || rest != end || authority.port == 0 || authority.port > 65535) return std::nullopt;
  }
  if (!is_host_name(host)) return std::nullopt;
  authority.host = lower(host);
  return authority;
}

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos || !is_scheme(text.substr(0, separator))) return std::nullopt;
  std::optional<Authority> authority = parse_authority(text.substr(separator + 3));
  if (!authority) return std::nullopt;
  return Origin{lower(text.substr(0, separator)), std::move(*authority)};
}

// A port that is the scheme's own is as good as none.
Authority without_default_port(Authority authority, std::string_view scheme) {
  if (authority.port == default_port(scheme)) authority.port = 0;
  return authority;
}

bool is_same_origin(const Origin& origin, std::string_view host) {
  const std::optional<Authority> here = parse_authority(host);
  return here && without_default_port(*here, origin.scheme) == without_default_port(origin.authority, origin.scheme);
}

std::string to_text(const Origin& origin) {
  const Authority authority = without_default_port(origin.authority, origin.scheme);
  std::string text = origin.scheme + "://" + authority.host;
  if (authority.port != 0) text += ":" + std::to_string(authority.port);
  return text;
}

}  // namespace

std::optional<std::string> normalize_origin(std::string_view origin) {
  const std::optional<Origin> parsed = parse_origin(origin);
  if (!parsed) return std::nullopt;
  return to_text(*parsed);
}

CorsPolicy::CorsPolicy(const std::vector<std::string>& origins, bool credentials) : credentials_(credentials) {
  for (const std::string& origin : origins) {
    if (origin == "*") {
      any_ = true;
    } else if (std::optional<std::string> normal = normalize_origin(origin)) {
      origins_.push_back(std::move(*normal));
    }
  }
}

bool CorsPolicy::is_configured(std::string_view origin) const {
  if (origin.empty()) return false;
  if (any_) return true;
  const std::optional<std::string> normal = normalize_origin(origin);
  return normal && std::find(origins_.begin(), origins_.end(), *normal) != origins_.end();
}

bool CorsPolicy::allows(std::string_view origin, std::string_view host) const {
  if (origin.empty() || any_) return true;
  const std::optional<Origin> parsed = parse_origin(origin);
  if (!parsed) return false;
  return is_same_origin(*parsed, host) ||
         std::find(origins_.begin(), origins_.end(), to_text(*parsed)) != origins_.end();
}

void CorsPolicy::add_headers(std::string_view origin, Headers& headers) const {
  if (!is_configured(origin)) return;
  if (any_) {
    headers.set(kAllowOrigin, "*");
    return;
  }
  headers.set(kAllowOrigin, std::string(origin));
  if (credentials_) headers.set("Access-Control-Allow-Credentials", "true");
  headers.add("Vary", "Origin");
}

Response CorsPolicy::preflight(const Request& request) const {
  Response response;
  response.status = 204;
  // RFC 9110 forbids a length here, yet the protocol page and the reference server have one, for clients that wait.
  response.headers.add("Content-Length", "0");
  const std::string_view origin = request.headers.find("Origin");
  if (!is_configured(origin)) return response;
  add_headers(origin, response.headers);
  response.headers.add("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  const std::string wanted = request.headers.joined("Access-Control-Request-Headers");
  response.headers.add("Access-Control-Allow-Headers", wanted.empty() ? "authorization,content-type" : wanted);
  response.headers.add("Access-Control-Max-Age", "600");
  response.headers.add("Vary", "Access-Control-Request-Headers");
  return response;
}

bool has_control_characters(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace sio::http
