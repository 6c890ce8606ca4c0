#include "parley/rest/security_headers.hpp"

namespace parley::rest {

void add_security_headers(sio::http::Headers& headers) {
  // 'self' does not cover WebSockets in every browser, hence ws: and wss:; data: is for small images in style sheets.
  headers.set("Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
              "connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
              "frame-ancestors 'none'; require-trusted-types-for 'script'");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("Referrer-Policy", "no-referrer");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
}

}  // namespace parley::rest
