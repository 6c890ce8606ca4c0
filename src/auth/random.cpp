#include "parley/auth/random.hpp"

#include <openssl/rand.h>

#include "parley/auth/base64url.hpp"
#include "sio/base/out_of_memory.hpp"

namespace parley::auth {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Once seeded, only lack of memory (each thread has a generator of its own) makes it fail.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    sio::fail_without_memory();
  }
  return bytes;
}

std::string random_id(std::size_t bytes) { return base64url_encode(random_bytes(bytes)); }

}  // namespace parley::auth
