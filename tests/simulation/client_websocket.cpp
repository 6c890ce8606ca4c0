// The client's WebSockets: its probe, its transport, and those of strangers.
#include <utility>

#include "client.hpp"
#include "server_end.hpp"

namespace sio::simulation {

SocketPtr Client::make_socket() {
  auto socket = std::make_shared<Socket>(Socket{1'000 + ++ids_});
  const std::weak_ptr<Socket> weak = socket;  // the pipes belong to the socket
  const std::uint64_t id = socket->id;
  socket->up = std::make_shared<Pipe>(
      world_, Pipe::Ends{[this, id](std::string bytes) { server_.websocket_bytes(id, std::move(bytes)); },
                         [this, id] { server_.websocket_ended(id, DisconnectReason::transport_close); }, nullptr});
  socket->down = std::make_shared<Pipe>(world_, Pipe::Ends{[this, weak](const std::string& bytes) {
                                                             if (const SocketPtr locked = weak.lock())
                                                               on_bytes(locked, bytes);
                                                           },
                                                           [this, weak] {
                                                             if (const SocketPtr locked = weak.lock())
                                                               on_socket_gone(locked);
                                                           },
                                                           [this, id] { server_.websocket_room(id); }});
  if (world_.chance(habits_.cut_percent)) {
    world_.after(Milliseconds{world_.pick(0, 1'500)}, [this, socket] { break_socket(socket); });
  }
  return socket;
}

void Client::break_socket(const SocketPtr& socket) {
  if (std::exchange(socket->broken, true)) return;
  socket->up->cut();
  socket->down->cut();
  if (switched_ && socket == socket_) lost_something_ = true;
  world_.after(world_.latency(),
               [this, socket] { server_.websocket_ended(socket->id, DisconnectReason::transport_error); });
  world_.after(world_.latency(), [this, socket] { on_socket_gone(socket); });
}

void Client::send(const SocketPtr& socket, std::string_view packet, bool binary) {
  Pipe::push(socket->up, client_message(world_, binary ? ws::Opcode::binary : ws::Opcode::text, packet));
}

void Client::close(const SocketPtr& socket) {
  if (std::exchange(socket->closed, true)) return;
  Pipe::push(socket->up, client_close(world_));
  Pipe::finish(socket->up);
}

void Client::begin_probe() {
  if (!open_ || socket_ || switched_) return;
  socket_ = make_socket();
  const Abandons abandons = probed_ ? Abandons::nothing : habits_.abandons;
  probed_ = true;
  world_.after(world_.latency(), [this, socket = socket_, abandons] {
    if (socket->broken || socket->closed) return;
    server_.websocket_opened(socket);
    switch (abandons) {
      case Abandons::opened_probe:
        return;
      case Abandons::unasked_upgrade:
        return send(socket, "5");
      case Abandons::message:
        return send(socket, R"(42["m",0,""])");
      case Abandons::nothing:
      case Abandons::answered_probe:
        return send(socket, "2probe");
    }
  });
}

void Client::on_bytes(const SocketPtr& socket, std::string_view bytes) {
  const auto take = [this, &socket](ws::Opcode opcode, std::string_view data) { on_frame(socket, opcode, data); };
  if (!readers_[socket->id].feed(bytes, take)) world_.fail("the client got a frame that no server sends");
}

void Client::on_frame(const SocketPtr& socket, ws::Opcode opcode, std::string_view data) {
  const bool binary = opcode == ws::Opcode::binary;
  if (opcode == ws::Opcode::pong) return;
  if (opcode == ws::Opcode::close) {
    socket->broken = true;
    on_socket_gone(socket);
  } else if (socket != socket_) {
    // A stranger's, or one that was given up: it may have the answer to its probe, and nothing of the session.
    if (binary || data != "3probe") world_.fail("a WebSocket that is not the transport got " + std::string(data));
  } else if (!open_) {
    return;
  } else if (!switched_) {
    if (binary) return world_.fail("a probe got binary data");
    on_probe_message(data);
  } else if (poll_) {
    held_.push_back({std::string(data), binary});
  } else {
    on_packet(data, binary);
  }
}

void Client::on_probe_message(std::string_view data) {
  if (data != "3probe") return world_.fail("a probe got " + std::string(data));
  if (habits_.abandons == Abandons::answered_probe) {
    habits_.abandons = Abandons::nothing;  // only the first: polls on until the server gives the probe up
    return;
  }
  pausing_ = true;
  finish_upgrade();
}

void Client::take_held() {
  for (const Talk::Message& message : std::exchange(held_, {})) {
    if (open_) on_packet(message.bytes, message.binary);
  }
}

// Its own probe failed: polls on, and perhaps tries again. Its transport: over.
void Client::on_socket_gone(const SocketPtr& socket) {
  if (socket != socket_) return;
  world_.tell("client", "has lost its socket");
  if (switched_ && poll_) {
    // The answer of its last poll comes before the end of the connection that followed it.
    world_.after(Milliseconds{1}, [this, socket] { on_socket_gone(socket); });
    return;
  }
  if (switched_) {
    stop();
    return;
  }
  socket_ = nullptr;
  pausing_ = false;
  poll();
  flush();
  if (habits_.retries > 0) {
    --habits_.retries;
    world_.after(Milliseconds{world_.pick(0, 200)}, [this] { begin_probe(); });
  }
}

void Client::finish_upgrade() {
  if (!open_ || !pausing_ || ((post_ || poll_) && habits_.flavor != Flavor::hasty)) return;
  pausing_ = false;
  switched_ = true;
  world_.tell("client", "upgrades");
  send(socket_, "5");
  flush();
}

// Somebody else with this session's id, at any moment: while the client polls, probes, upgrades, talks, or is gone.
void Client::send_stranger() {
  const SocketPtr socket = make_socket();
  world_.tell("stranger", "opens " + std::to_string(socket->id));
  world_.after(world_.latency(), [this, socket] {
    if (socket->broken || socket->closed) return;
    server_.websocket_opened(socket);
    const int what = world_.pick(1, 4);
    if (what <= 2) send(socket, what == 1 ? "2probe" : "5");
    if (what == 3) send(socket, "2probe");
    if (what == 3) send(socket, "4stray");
    if (world_.chance(50)) {
      world_.after(Milliseconds{world_.pick(0, 300)}, [this, socket] { break_socket(socket); });
    }
  });
}

}  // namespace sio::simulation
