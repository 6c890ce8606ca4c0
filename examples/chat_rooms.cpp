// A chat with rooms: a middleware checks names, everybody sees who comes, goes, writes and types.
//
//   chat_rooms [HOST:PORT]
//
//   from a client           its acknowledgement       to the others in the room
//   CONNECT {name}          or "Name is taken", …
//   join room               error or null, members    joined room, name
//   say room, text          error or null             said room, name, text
//   typing room                                       typing room, name (volatile)
//   leave room              error or null             left room, name; also when the client goes
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "serve.hpp"
#include "sio/base/utf8.hpp"

namespace {

constexpr std::size_t kNameMax = 32, kTextMax = 2'000, kRoomsMax = 10;  // the first two in code points

// Who is there, and in which room. Handlers of different sockets run at once on several threads, so it has a lock.
class Directory {
 public:
  bool take_name(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    return names_.insert(name).second;
  }
  void release_name(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    names_.erase(name);
  }
  std::vector<std::string> enter(const std::string& room, const std::string& name) {
    const std::scoped_lock lock(mutex_);
    auto& members = rooms_[room];
    members.insert(name);
    return {members.begin(), members.end()};
  }
  void leave(const std::string& room, const std::string& name) {
    const std::scoped_lock lock(mutex_);
    if (rooms_[room].erase(name) > 0 && rooms_[room].empty()) rooms_.erase(room);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
  std::map<std::string, std::set<std::string>> rooms_;
};

// What we keep with a socket. It holds the name, from the middleware on, whatever becomes of the connection.
struct Person final : sio::SocketData {
  Person(Directory& directory_, std::string name_) : directory(directory_), name(std::move(name_)) {}
  ~Person() override { directory.release_name(name); }
  Directory& directory;
  std::string name;
  std::set<std::string> rooms;
};

bool fits(const std::string& text, std::size_t max) { return !text.empty() && sio::count_code_points(text) <= max; }

void leave(sio::Socket& socket, const std::string& room) {
  auto& person = socket.data<Person>();
  person.directory.leave(room, person.name);
  socket.leave(room);
  socket.to(room).emit("left", room, person.name);
}

void set_up(sio::Namespace& chat, Directory& directory) {
  chat.use([&directory](sio::ConnectRequest request) {
    const auto name = request.auth().find("name");
    const std::string text = name ? name->as_string().value_or("") : "";
    if (!fits(text, kNameMax)) return request.refuse("A name has 1 to 32 characters");
    if (!directory.take_name(text)) return request.refuse("Name is taken");
    request.set_data(std::make_unique<Person>(directory, text));
    request.next();
  });
  chat.on("join", [](sio::Socket& socket, const std::string& room, sio::Ack ack) {
    auto& person = socket.data<Person>();
    if (!fits(room, kNameMax)) return ack("A room's name has 1 to 32 characters");
    if (person.rooms.size() == kRoomsMax && !person.rooms.contains(room)) return ack("10 rooms are enough");
    if (person.rooms.insert(room).second) {
      socket.join(room);
      socket.to(room).emit("joined", room, person.name);  // a socket's to() leaves itself out
    }
    ack(nullptr, person.directory.enter(room, person.name));
  });
  chat.on("say", [](sio::Socket& socket, const std::string& room, const std::string& text, sio::Ack ack) {
    if (!socket.in_room(room)) return ack("You are not in this room");
    if (!fits(text, kTextMax)) return ack("A text has 1 to 2000 characters");
    socket.to(room).emit("said", room, socket.data<Person>().name, text);
    ack(nullptr);
  });
  // Not worth waiting for: whose connection is busy does not get it.
  chat.on("typing", [](sio::Socket& socket, const std::string& room) {
    if (socket.in_room(room)) socket.to(room).emit_volatile("typing", room, socket.data<Person>().name);
  });
  chat.on("leave", [](sio::Socket& socket, const std::string& room, sio::Ack ack) {
    if (socket.data<Person>().rooms.erase(room) == 0) return ack("You are not in this room");
    leave(socket, room);
    ack(nullptr);
  });
  chat.on_disconnect([](sio::Socket& socket, sio::DisconnectReason) {
    for (const std::string& room : socket.data<Person>().rooms) leave(socket, room);
    socket.set_data(nullptr);  // the name is free at once
  });
}

}  // namespace

int main(int argc, char** argv) {
  Directory directory;  // before the server: it is used as long as there are sockets
  sio::Server server;
  set_up(server.of("/"), directory);
  return examples::serve(server, argc, argv, "127.0.0.1:3000");
}
