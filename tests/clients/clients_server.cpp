// sio-clients-server --listen HOST:PORT [--threads N] [--ping-interval-ms N] [--ping-timeout-ms N]
//                    [--compression off|on|takeover] [--recovery-ms N]
// What the scenarios of tests/clients need of a server, all at once:
//   /engine.io/   bare Engine.IO: every message is sent back to its sender unchanged
//   /socket.io/   namespaces / and /custom are open, /guarded wants {"token":"let me in"}, others are not offered.
//                 On connecting: `auth` with the CONNECT payload. The events are listed in set_up_events().
// --recovery-ms: connection state recovery, for clients that come back within that time
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sio/server/server.hpp"

namespace {

constexpr sio::Milliseconds kPatience{10'000};
constexpr sio::Milliseconds kBrief{100};

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

std::string text_at(const sio::Event& event, std::size_t index) {
  const auto argument = event.argument(index);
  return argument ? argument->as_string().value_or("") : "";
}

// Asks the client `question` with the arguments it sent, and tells it what came back: `answered` with the answer's
// arguments and attachments, or `unanswered`.
void ask(sio::Event& event, sio::Milliseconds timeout) {
  const sio::SocketRef ref = event.socket().ref();
  sio::Namespace& nsp = event.socket().nsp();
  event.socket().emit_with_ack(
      "question", event.arguments(), timeout,
      [ref, &nsp](sio::AckStatus status, sio::json::Value arguments, std::span<const sio::SharedBytes> attachments) {
        const bool answered = status == sio::AckStatus::answered;
        std::string list(arguments.text());
        list = list.substr(1, list.size() - 2);
        nsp.with_socket(
            ref, [answered, list, kept = std::vector(attachments.begin(), attachments.end())](sio::Socket& socket) {
              if (answered) {
                socket.emit_list("answered", sio::Arguments::received(list, kept));
              } else {
                socket.emit("unanswered");
              }
            });
      });
}

// message A…            → message-back A…           message-with-ack A… → acknowledged with A…
// ask A…, ask-briefly   → question A… (wants an acknowledgement), then answered B… or unanswered
// silence               → nothing, not even an acknowledgement
// answer-at-third KEY   → from the third of them with that key on: acknowledged with 3
// count N               → counted 0 … counted N−1, every fourth with binary data beside its number
// join R, leave R       → acknowledged
// tell R A…             → told R A… to the sockets in room R, except the sender
// tell-all A…           → told-all A… to everybody in the namespace
// disconnect-me         → `41`; close-me: `41` and the end of the session; break-me: its end without `41`
void set_up_events(sio::Namespace& nsp) {
  nsp.on_connection([](sio::Socket& socket, sio::json::Value auth) { socket.emit("auth", sio::Json{auth.text()}); });
  nsp.on("message", [](sio::Event& event) { event.socket().emit_list("message-back", event.arguments()); });
  nsp.on("message-with-ack", [](sio::Event& event) { event.acknowledge(event.arguments()); });
  nsp.on("ask", [](sio::Event& event) { ask(event, kPatience); });
  nsp.on("ask-briefly", [](sio::Event& event) { ask(event, kBrief); });
  nsp.on("silence", [](sio::Event&) {});
  // Handlers of one socket run on one shard; the counts of another shard are other keys.
  nsp.on("answer-at-third", [](sio::Event& event) {
    thread_local std::map<std::string, int> tries;
    if (++tries[text_at(event, 0)] >= 3) event.acknowledge(sio::Arguments::of(3));
  });
  nsp.on("count", [](sio::Event& event) {
    const auto count = event.argument(0) ? event.argument(0)->as_int64().value_or(0) : 0;
    for (std::int64_t i = 0; i < count; ++i) {
      if (i % 4 == 3) {
        event.socket().emit("counted", i, sio::SharedBytes(std::string(static_cast<std::size_t>(i), '\xff')));
      } else {
        event.socket().emit("counted", i);
      }
    }
  });
  nsp.on("join", [](sio::Event& event) {
    event.socket().join(text_at(event, 0));
    event.acknowledge({});
  });
  nsp.on("leave", [](sio::Event& event) {
    event.socket().leave(text_at(event, 0));
    event.acknowledge({});
  });
  nsp.on("tell", [](sio::Event& event) {
    event.socket().nsp().to(text_at(event, 0)).except(event.socket().ref()).emit_list("told", event.arguments());
  });
  nsp.on("tell-all", [](sio::Event& event) { event.socket().nsp().all().emit_list("told-all", event.arguments()); });
  nsp.on("disconnect-me", [](sio::Event& event) { event.socket().disconnect(); });
  nsp.on("close-me", [](sio::Event& event) { event.socket().disconnect(true); });
  nsp.on("break-me", [](sio::Event& event) { event.socket().engine().close(sio::DisconnectReason::forced_close); });
}

// What two libraries on top of socket.io-client ask of their servers: laravel-echo subscribes to channels, Feathers
// calls methods of services.
void set_up_dialects(sio::Namespace& nsp) {
  nsp.on("subscribe", [](sio::Event& event) {
    const auto wish = event.argument(0);
    const auto member = wish ? wish->find("channel") : std::nullopt;
    const std::string channel = member ? member->as_string().value_or("") : "";
    event.socket().join(channel);
    event.socket().emit("App\\Events\\Subscribed", channel, sio::Json{R"({"subscribed":true})"});
  });
  nsp.on("create", [](sio::Event& event) {
    const auto data = event.argument(1);
    event.acknowledge(sio::Arguments::of(nullptr, sio::Json{data ? data->text() : "null"}));
  });
}

void set_up(sio::Server& server) {
  for (const char* name : {"/", "/custom", "/guarded"}) set_up_events(server.of(name));
  set_up_dialects(server.of("/"));
  server.of("/guarded").use([](sio::ConnectRequest request) {
    const auto token = request.auth().find("token");
    if (token && token->as_string() == "let me in") {
      request.accept();
    } else {
      request.refuse("not without a token", R"({"code":7,"text":"h\u00e9"})");
    }
  });
}

int usage() {
  std::fprintf(stderr,
               "usage: sio-clients-server --listen HOST:PORT [--threads N] [--ping-interval-ms N] "
               "[--ping-timeout-ms N] [--compression off|on|takeover] [--recovery-ms N]\n");
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  std::string address;
  sio::ServerOptions options;
  options.turn_lag_max = sio::Milliseconds(0);  // clients are tried out, however busy the machine is
  sio::SocketIoOptions socket_io;
  sio::eio::Config& session = socket_io.engine.session;
  socket_io.connect_timeout = sio::Milliseconds(5'000);
  for (int i = 1; i < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (i + 1 == argc) return usage();
    const unsigned long number = std::strtoul(argv[i + 1], nullptr, 10);
    if (flag == "--listen") {
      address = argv[i + 1];
    } else if (flag == "--threads") {
      options.threads = static_cast<unsigned>(number);
    } else if (flag == "--ping-interval-ms") {
      session.ping_interval = sio::Milliseconds(number);
    } else if (flag == "--ping-timeout-ms") {
      session.ping_timeout = sio::Milliseconds(number);
    } else if (flag == "--compression") {
      socket_io.engine.websocket_compression.enabled = argv[i + 1] != std::string_view("off");
      socket_io.engine.websocket_compression.context_takeover = argv[i + 1] == std::string_view("takeover");
    } else if (flag == "--recovery-ms") {
      socket_io.recovery.emplace().limits.max_disconnection_duration = sio::Milliseconds(number);
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

  sio::Server server(options);
  EchoApplication echo;
  server.serve_engine_io({.path = "/engine.io/", .session = session}, echo);
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
