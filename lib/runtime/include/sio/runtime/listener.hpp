// Listening sockets: addresses as text, accepting on one shard, connections handed to whoever decides where they live.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/runtime/shard.hpp"

namespace sio::rt {

// Where to listen: "127.0.0.1:5000", "[::1]:5000", "localhost:5000", "0.0.0.0:80" or "unix:/path". Port 0: any free
// one.
struct Endpoint {
  std::string host;  // numeric address; empty for a unix socket
  unsigned short port = 0;
  std::string path;  // of a unix socket

  // A unix socket, not TCP.
  bool is_unix() const { return !path.empty(); }
  bool is_loopback() const;       // reachable from this machine only
  std::string to_string() const;  // "127.0.0.1:5000", "unix:/path"
  std::string to_url() const;     // "http://127.0.0.1:5000", "unix:/path"
};

// None: not an address (a name other than localhost is none either: a server binds to addresses).
Result<Endpoint, std::string> parse_endpoint(std::string_view text);

class Listener {
 public:
  // `remote`: the peer's numeric address, "unix" for a unix socket. The descriptor is non-blocking and now the
  // callee's.
  using OnAccept = std::function<void(int descriptor, std::string remote)>;

  // Binds and listens at once, on the calling thread; the error is a sentence ("address already in use").
  static Result<std::unique_ptr<Listener>, std::string> open(Shard& shard, const Endpoint& endpoint,
                                                             OnAccept on_accept);
  virtual ~Listener() = default;

  virtual const Endpoint& endpoint() const = 0;  // with the port that was really bound
  // Accepts from now on. On the shard (or before it runs).
  virtual void start() = 0;
  // Stops accepting. On the shard.
  virtual void close() = 0;
};

}  // namespace sio::rt
