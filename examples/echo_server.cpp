// A Socket.IO echo server: sends every `message` back, and acknowledges it if asked to.
#include <cstdio>

#include "sio/server/server.hpp"

int main() {
  sio::Server server;
  sio::Namespace& chat = server.of("/");
  chat.on_connection([](sio::Socket& socket, sio::json::Value) { socket.emit("hello", socket.id()); });
  chat.on("message", [](sio::Event& event) {
    event.socket().emit_list("message", event.arguments());
    event.acknowledge(sio::Arguments::of("got it"));
  });
  const auto bound = server.listen("127.0.0.1:3000");
  if (!bound) {
    std::fprintf(stderr, "cannot listen: %s\n", bound.error().c_str());
    return 1;
  }
  std::printf("listening on %s\n", bound->to_url().c_str());
  server.run();
}
