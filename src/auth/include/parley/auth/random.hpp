// Random bytes and ids from the operating system's generator. Aborts if there are none: nothing safe could follow.
#pragma once

#include <cstddef>
#include <string>

namespace parley::auth {

std::string random_bytes(std::size_t count);

// base64url without padding; 16 bytes (128 bits) make 22 characters.
std::string random_id(std::size_t bytes = 16);

}  // namespace parley::auth
