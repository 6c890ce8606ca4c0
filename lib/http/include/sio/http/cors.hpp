// Cross-origin rules: which origins may talk to us, and the headers that say so. Sans-IO.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/http/message.hpp"

namespace sio::http {

// A set of origins that may read our answers and send credentials. Immutable; free of threads.
class CorsPolicy {
 public:
  // No origin: same origin only. "*" allows every origin (without credentials). What is no origin (see
  // normalize_origin) allows nobody.
  CorsPolicy() = default;
  explicit CorsPolicy(const std::vector<std::string>& origins, bool credentials = true);

  // Whether a request with this Origin may be served: none at all, the same origin (host and port are those of Host;
  // the scheme is not compared, TLS may end at a proxy), or an allowed one.
  bool allows(std::string_view origin, std::string_view host) const;
  // True when the configuration names any origin: preflights are answered then.
  bool enabled() const { return any_ || !origins_.empty(); }

  // Adds Access-Control-Allow-Origin (with Vary) if the origin is a configured one; nothing for same origin or none.
  void add_headers(std::string_view origin, Headers& headers) const;
  // Answer to an OPTIONS preflight: 204, with what is allowed if the origin is a configured one.
  Response preflight(const Request& request) const;

 private:
  bool is_configured(std::string_view origin) const;

  std::vector<std::string> origins_;  // scheme://host[:port], lower case, without default port
  bool any_ = false;
  bool credentials_ = true;
};

// `scheme://host[:port]` in lower case and without the scheme's default port; nothing if it is not of that form
// (`null`, a path, user information, no scheme).
std::optional<std::string> normalize_origin(std::string_view origin);

// Control characters (tab included) in Origin make the request bad (protocol page 1.1, code 3).
bool has_control_characters(std::string_view value);

}  // namespace sio::http
