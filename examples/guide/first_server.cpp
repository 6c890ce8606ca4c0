#include <iostream>
#include <string>

#include "sio/server/server.hpp"

int main(int argc, char** argv) {
  sio::Server server;
  sio::Namespace& chat = server.of("/");

  chat.on_connection([](sio::Socket& socket, sio::json::Value) { socket.emit("welcome", socket.id()); });
  chat.on("say", [](sio::Socket& socket, const std::string& text, sio::Ack ack) {
    socket.nsp().all().emit("said", text);
    ack("delivered");
  });

  const auto bound = server.listen(argc > 1 ? argv[1] : "127.0.0.1:3000");
  if (!bound) {
    std::cerr << "cannot listen: " << bound.error() << std::endl;
    return 1;
  }
  std::cout << "listening on " << bound->to_url() << std::endl;
  server.run();
}
