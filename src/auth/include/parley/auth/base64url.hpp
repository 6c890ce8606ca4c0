// Base64url without padding (RFC 4648 §5), strict: exactly one text for every byte string.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

std::string base64url_encode(std::string_view bytes);

// None for padding, foreign characters, impossible lengths and unused bits that are not zero.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace parley::auth
