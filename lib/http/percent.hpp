// Percent-encoding (RFC 3986 2.1), decoding only. Private.
#pragma once

#include <string>
#include <string_view>

namespace sio::http {

// Strict: false for an escape that is none, and for an escaped NUL.
bool percent_decode_path(std::string_view encoded, std::string& out);

// Lenient: "+" is a space, what is no escape stays as it is.
std::string percent_decode_query(std::string_view encoded);

}  // namespace sio::http
