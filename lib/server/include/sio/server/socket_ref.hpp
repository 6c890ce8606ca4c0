// The name of a socket, for whoever must not hold a pointer: other threads, and whatever happens later.
#pragma once

#include <cstdint>

namespace sio {

// Names a socket from anywhere; finds nothing once the socket is gone. 0 names none. Never reused for another socket
// while anybody could still hold it.
struct SocketRef {
  // Opaque.
  std::uint64_t value = 0;
  // Whether it names a socket, which may be gone.
  explicit operator bool() const { return value != 0; }
  // The index of the shard on which the socket lives.
  unsigned shard() const { return static_cast<unsigned>(value >> 56); }
  friend bool operator==(SocketRef, SocketRef) = default;
};

}  // namespace sio
