// sio-conformance --listen HOST:PORT [--threads N]
// Serves two plain configurations at once, with quick timers, for conformance tests against any client or test suite:
//   /engine.io/   bare Engine.IO: every message is sent back to its sender unchanged
//   /socket.io/   namespaces / and /custom: on connecting `auth` with the CONNECT payload; in /, `message` comes back
//   as
//                 `message-back`, and `message-with-ack` is acknowledged with its arguments
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "sio/server/server.hpp"

namespace {

class EchoClient final : public sio::EngineClient {
 public:
  explicit EchoClient(sio::EngineSocket& socket) : socket_(socket) {}
  void on_message(bool binary, std::string_view data) override {
    socket_.send({sio::SharedBytes(binary ? std::string(data) : '4' + std::string(data)), binary, false});
  }
  void on_close(sio::DisconnectReason) override {}

 private:
  sio::EngineSocket& socket_;
};

class EchoApplication final : public sio::EngineApplication {
 public:
  std::unique_ptr<sio::EngineClient> on_open(sio::EngineSocket& socket) override {
    return std::make_unique<EchoClient>(socket);
  }
};

void set_up(sio::Server& server) {
  for (const char* name : {"/", "/custom"}) {
    server.of(name).on_connection(
        [](sio::Socket& socket, sio::json::Value auth) { socket.emit("auth", sio::Json{auth.text()}); });
  }
  sio::Namespace& nsp = server.of("/");
  nsp.on("message", [](sio::Event& event) { event.socket().emit_list("message-back", event.arguments()); });
  nsp.on("message-with-ack", [](sio::Event& event) { event.acknowledge(event.arguments()); });
}

int usage() {
  std::fprintf(stderr, "usage: sio-conformance --listen HOST:PORT [--threads N]\n");
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  std::string address;
  sio::ServerOptions options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (i + 1 == argc) return usage();
    if (flag == "--listen") {
      address = argv[i + 1];
    } else if (flag == "--threads") {
      options.threads = static_cast<unsigned>(std::strtoul(argv[i + 1], nullptr, 10));
    } else {
      return usage();
    }
  }
  if (address.empty()) return usage();

  // Handled by a thread that waits for it: nothing else may be done in a signal handler.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  sio::eio::Config session;
  session.ping_interval = sio::Milliseconds(300);
  session.ping_timeout = sio::Milliseconds(200);
  session.max_payload = 1'000'000;

  sio::Server server(options);
  EchoApplication echo;
  server.serve_engine_io({.path = "/engine.io/", .session = session}, echo);
  sio::SocketIoOptions socket_io;
  socket_io.engine.session = session;
  socket_io.connect_timeout = sio::Milliseconds(1'000);
  server.serve_socket_io(socket_io);
  set_up(server);

  const auto bound = server.listen(address);
  if (!bound) {
    std::fprintf(stderr, "cannot listen on %s: %s\n", address.c_str(), bound.error().c_str());
    return 69;
  }
  std::printf("listening on %s\n", bound->to_string().c_str());
  std::fflush(stdout);
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    server.stop();
  });
  server.run();
  waiter.join();
}
