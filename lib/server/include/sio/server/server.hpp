// A Socket.IO server: sessions over long-polling and WebSocket, namespaces, rooms, acknowledgements; an HTTP router
// beside it; one thread a core. Set up, listen(), run(). Handlers run on the shard of their socket and must not block.
// Includes all that an application needs but the cluster's and observer's headers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/runtime/blocking_pool.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/server/engine.hpp"
#include "sio/server/http_router.hpp"
#include "sio/server/load.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/options.hpp"

namespace sio {

class ServerCore;
class SocketIoApplication;

// One server. Made, set up and destroyed by one thread, while it does not run. Namespaces, router, shards and pools are
// its own and live as long as it; several servers may run in one process.
class Server {
 public:
  // Takes the options as they are; starts the threads of its pools. Exceptions: out of memory or threads.
  explicit Server(ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // ---- set-up, before run()
  // Serves Socket.IO; called at most once, and before of() (else the process aborts). Without it, of() uses the
  // defaults.
  void serve_socket_io(SocketIoOptions options);
  // The namespace of that name ("/", "/custom"), made at first call.
  Namespace& of(std::string_view name);
  // Serves bare Engine.IO sessions at options.path.
  void serve_engine_io(EngineOptions options, EngineApplication& application);
  // Routes of the application's own, beside the paths of Socket.IO.
  HttpRouter& http();
  // Runs when stop() was called, before any session ends: the time to say goodbye; what is emitted there still goes
  // out. On the first shard, in the order added; must not block. What it throws is dropped.
  void on_stopping(std::function<void()> handler);
  // Binds now; the error is a sentence. "127.0.0.1:3000", "[::1]:3000", "0.0.0.0:0" (any free port), "unix:/path". The
  // endpoint names the port that was really bound. May be called several times.
  Result<rt::Endpoint, std::string> listen(std::string_view address);

  // ---- running
  // Serves until stop(); uses the calling thread as the first shard's, and starts the others. Once. To go on with
  // something else meanwhile, call it on a std::thread of your own, and join that after stop(); block the signals that
  // you handle in that thread before it starts, its threads inherit the mask.
  void run();
  // Stops accepting, calls the handlers of on_stopping(), ends every session (without `41`, so that clients come back;
  // what was sent before still goes out), waits for connections to end within ServerOptions::shutdown_timeout, and lets
  // run() return. Never waits itself. From any thread, handlers too; not from a signal handler. Further calls do
  // nothing. Called before run(), run() ends at once.
  void stop();

  // What it has to do at the moment, and what it refused for that since it was made. From any thread.
  ServerLoad load() const;

  // Event loops, each with its thread. shard(i).post() runs something there, from any thread.
  unsigned shard_count() const;
  // One of them; valid as long as the server.
  rt::Shard& shard(unsigned index);
  // For what blocks: see RunOn.
  rt::BlockingPool& pool();
  // For what takes long on purpose, such as password hashes: a small pool of its own.
  rt::BlockingPool& hash_pool();

 private:
  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<SocketIoApplication> socket_io_;
};

}  // namespace sio
