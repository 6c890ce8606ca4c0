// sio-conformance --listen HOST:PORT [--threads N] [--ping-interval MS] [--message-timeout MS] [--max-payload BYTES]
//                 [--fragments-max N] [--compression off|on|takeover] [--compress-bytes-min BYTES]
// Serves two plain configurations at once, with quick timers, for conformance tests against any client or test suite:
//   /engine.io/   bare Engine.IO: every message is sent back to its sender unchanged
//   /socket.io/   namespaces / and /custom: on connecting `auth` with the CONNECT payload; in /, `message` comes back
//   as
//                 `message-back`, and `message-with-ack` is acknowledged with its arguments
#include <algorithm>
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
  std::fprintf(stderr,
               "usage: sio-conformance --listen HOST:PORT [--threads N] [--ping-interval MS] [--message-timeout MS]\n"
               "                       [--max-payload BYTES] [--fragments-max N] [--compression off|on|takeover]\n"
               "                       [--compress-bytes-min BYTES]\n");
  return 64;
}

struct Settings {
  std::string address;
  sio::ServerOptions server;
  sio::EngineOptions engine;
};

Settings quick_settings() {
  Settings settings;
  settings.engine.session.ping_interval = sio::Milliseconds(300);
  settings.engine.session.ping_timeout = sio::Milliseconds(200);
  settings.engine.session.max_payload = 1'000'000;
  settings.server.turn_lag_max = sio::Milliseconds(0);  // the rules of the wire hold however busy the machine is
  return settings;
}

bool take_compression(std::string_view value, sio::ws::DeflateOptions& compression) {
  compression.enabled = value == "on" || value == "takeover";
  compression.context_takeover = value == "takeover";
  return compression.enabled || value == "off";
}

// False: no such flag, or not with such a value.
bool take_flag(std::string_view flag, const char* value, Settings& settings) {
  sio::EngineOptions& engine = settings.engine;
  if (flag == "--listen") {
    settings.address = value;
    return true;
  }
  if (flag == "--compression") return take_compression(value, engine.websocket_compression);
  char* end = nullptr;
  const auto number = std::strtoul(value, &end, 10);
  if (*value < '0' || *value > '9' || *end != '\0') return false;
  if (flag == "--threads") {
    settings.server.threads = static_cast<unsigned>(number);
  } else if (flag == "--ping-interval") {
    engine.session.ping_interval = sio::Milliseconds(number);
  } else if (flag == "--message-timeout") {
    engine.websocket_message_timeout = sio::Milliseconds(number);
  } else if (flag == "--max-payload") {
    engine.session.max_payload = number;
    // The largest message is echoed, and waits for its reader meanwhile.
    engine.session.outbox_bytes_max = std::max(engine.session.outbox_bytes_max, 2 * number);
  } else if (flag == "--fragments-max") {
    engine.websocket_fragments_max = number;
  } else if (flag == "--compress-bytes-min") {
    engine.websocket_compression.compress_bytes_min = number;
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings = quick_settings();
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !take_flag(argv[i], argv[i + 1], settings)) return usage();
  }
  if (settings.address.empty()) return usage();

  // Handled by a thread that waits for it: nothing else may be done in a signal handler.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  sio::Server server(settings.server);
  EchoApplication echo;
  server.serve_engine_io(settings.engine, echo);
  sio::SocketIoOptions socket_io;
  socket_io.engine = settings.engine;
  socket_io.engine.path = "/socket.io/";
  socket_io.connect_timeout = sio::Milliseconds(1'000);
  server.serve_socket_io(socket_io);
  set_up(server);

  const auto bound = server.listen(settings.address);
  if (!bound) {
    std::fprintf(stderr, "cannot listen on %s: %s\n", settings.address.c_str(), bound.error().c_str());
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
