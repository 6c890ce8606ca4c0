// A Socket.IO server: sessions over long-polling and WebSocket, namespaces, rooms, acknowledgements; an HTTP router
// beside it; one thread a core. Set up, listen(), run(). Handlers run on the shard of their socket and must not block.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/runtime/blocking_pool.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/server/engine.hpp"
#include "sio/server/http_router.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/options.hpp"

namespace sio {

class ServerCore;
class SocketIoApplication;

class Server {
 public:
  explicit Server(ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // ---- set-up, before run()
  // Serves Socket.IO; called at most once, before of(). Without it, of() uses the defaults.
  void serve_socket_io(SocketIoOptions options);
  // The namespace of that name ("/", "/custom"), made at first call.
  Namespace& of(std::string_view name);
  // Serves bare Engine.IO sessions at options.path.
  void serve_engine_io(EngineOptions options, EngineApplication& application);
  HttpRouter& http();
  // Binds now; the error is a sentence. The endpoint names the port that was really bound.
  Result<rt::Endpoint, std::string> listen(std::string_view address);

  // ---- running
  // Serves until stop(); uses the calling thread as the first shard's.
  void run();
  // Stops accepting, ends every session (without `41`, so that clients come back), waits for connections to end within
  // options.shutdown_timeout, and lets run() return. From any thread.
  void stop();

  unsigned shard_count() const;
  rt::Shard& shard(unsigned index);
  // For what blocks: see RunOn.
  rt::BlockingPool& pool();
  rt::BlockingPool& hash_pool();

 private:
  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<SocketIoApplication> socket_io_;
};

}  // namespace sio
