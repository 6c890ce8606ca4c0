// The gate behind Beast: what a head that is well-formed must not say (H1, H3), and what it means: framing of the body,
// path and query, persistence. Private.
#pragma once

#include <cstdint>

#include "parse_error.hpp"
#include "sio/http/message.hpp"

namespace sio::http {

struct Framing {
  bool chunked = false;
  std::uint64_t content_length = 0;
};

// Fills path, query, keep_alive and upgrade of `request`, whose method, target and headers are there.
ParseError apply_head_rules(Request& request, bool http_1_1, Framing& framing);

}  // namespace sio::http
