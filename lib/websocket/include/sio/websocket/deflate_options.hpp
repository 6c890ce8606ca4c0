// How a server uses permessage-deflate (deflate.hpp). Values alone, for whoever configures a server.
#pragma once

#include <cstddef>

namespace sio::ws {

struct DeflateOptions {
  bool enabled = false;
  // Both sides may refer to earlier messages: smaller, but up to 300 KiB of each connection's own, and each message is
  // compressed anew for each of its receivers. Without it, a message to many is compressed once a thread.
  bool context_takeover = false;
  int level = 1;                           // zlib's: 1 (quickest) – 9
  int window_bits = 15;                    // 9–15: largest window that either side shall use, as power of two in bytes
  std::size_t compress_bytes_min = 1'024;  // shorter messages are sent as they are
};

}  // namespace sio::ws
