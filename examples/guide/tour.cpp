// The code blocks of docs/guide/README.md, in one program that tests/examples runs. A region begins with `guide: NAME`
// and ends with `guide: end`; the guide shows it without its indentation.
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sio/server/server.hpp"

namespace {

using namespace std::chrono_literals;

// guide: own type
struct Point {
  double x = 0, y = 0;
};
bool from_json(const sio::Input& in, Point& point) { return in.member("x", point.x) && in.member("y", point.y); }
void to_json(sio::Output& out, const Point& point) {
  out.begin_object().member("x", point.x).member("y", point.y).end_object();
}
// guide: end

// guide: user
struct User final : sio::SocketData {
  explicit User(std::string name_) : name(std::move(name_)) {}
  std::string name;
};
// guide: end

void handlers(sio::Namespace& nsp) {
  // guide: typed
  nsp.on("draw", [](sio::Socket& socket, const std::vector<Point>& line, const std::optional<std::string>& colour) {
    socket.broadcast().emit("drawn", line, colour.value_or("black"));
  });
  // guide: end

  // guide: ack later
  nsp.on("sum", [](sio::Socket&, const std::vector<std::int64_t>& numbers, sio::Ack ack) {
    if (numbers.empty()) return ack("nothing to add");  // error first, as Node's callbacks have it
    std::int64_t sum = 0;
    for (const std::int64_t number : numbers) sum += number;
    ack(nullptr, sum);
  });
  // guide: end

  // guide: ask the client
  nsp.on("order", [](sio::Socket& socket, std::string dish) -> sio::Detached {
    const sio::AckResult answer = co_await socket.emit_with_ack("are you sure?", 10s, dish);
    if (answer.get<bool>(0) == true) answer.socket->emit("ordered", dish);
  });
  // guide: end

  // guide: rooms
  const auto room_of = [](const std::string& name) {
    return "room " + name;
  };  // else a client could name a socket's id

  nsp.on("join", [=](sio::Socket& socket, const std::string& name, sio::Ack ack) {
    if (name.empty() || name.size() > 64) return ack("a room's name has 1 to 64 bytes");
    socket.join(room_of(name));
    socket.to(room_of(name)).emit("joined", socket.data<User>().name);  // the others in the room
    ack(nullptr);
  });
  nsp.on("say", [=](sio::Socket& socket, const std::string& name, const std::string& text) {
    if (!socket.in_room(room_of(name))) return;
    socket.nsp().to(room_of(name)).except(room_of("muted")).emit("said", socket.data<User>().name, text);
  });
  nsp.on("typing", [=](sio::Socket& socket, const std::string& name) {
    if (socket.in_room(room_of(name))) socket.to(room_of(name)).emit_volatile("typing", socket.data<User>().name);
  });
  // guide: end

  // guide: ask many
  nsp.on("vote", [&nsp](sio::Socket& socket, std::string question, sio::Ack ack) -> sio::Detached {
    const sio::SocketRef asker = socket.ref();  // `socket` may be gone after the co_await
    const sio::BroadcastAnswers all = co_await socket.broadcast().emit_with_ack("vote?", 2s, question);
    std::vector<sio::SocketRef> in_favour;
    for (const auto& answer : all.answers) {
      if (answer.get<bool>(0) == true) in_favour.push_back(answer.socket);
    }
    ack(in_favour.size(), all.missing);
    nsp.all().except(asker).emit("voted", question, in_favour.size());
    for (const sio::SocketRef voter : in_favour) {
      nsp.with_socket(voter, [](sio::Socket& there) { there.emit("thank you"); });
    }
  });
  // guide: end

  // guide: binary
  nsp.on("reverse", [](sio::Socket&, const sio::SharedBytes& bytes, sio::Ack ack) {
    const std::string_view in = bytes.view();
    ack(sio::SharedBytes(std::string(in.rbegin(), in.rend())));
  });
  // guide: end
}

void middleware(sio::Namespace& nsp) {
  // guide: middleware
  nsp.use([](sio::ConnectRequest request) {
    const auto name = request.auth().find("name");
    if (!name || !name->is_string()) return request.refuse("a name, please");
    request.set_data(std::make_unique<User>(*name->as_string()));
    request.next();
  });
  nsp.on_connection([](sio::Socket& socket, sio::json::Value) { socket.emit("welcome", socket.data<User>().name); });
  nsp.on_disconnect([](sio::Socket& socket, sio::DisconnectReason reason) {
    std::cout << socket.data<User>().name << " left: " << sio::to_string(reason) << std::endl;
  });
  // guide: end
}

void slow_things(sio::Server& server, sio::Namespace& nsp) {
  // guide: pool
  nsp.on("read file", [&server](sio::Socket&, std::string name, sio::Ack ack) {
    const bool taken = server.pool().try_submit([name = std::move(name), ack = std::move(ack)]() mutable {
      ack(nullptr, "the content of " + name);  // here you may block; the answer finds its way back
    });
    if (!taken) std::cerr << "overloaded" << std::endl;  // the queue is full: the client will not get an answer
  });
  // guide: end
}

}  // namespace

int main(int argc, char** argv) {
  // guide: options
  sio::SocketIoOptions socket_io;
  socket_io.engine.session.max_payload = 256 * 1024;       // bytes of one message
  socket_io.engine.session.outbox_bytes_max = 512 * 1024;  // what may wait for one slow client
  socket_io.decoder.attachments_max = 4;                   // binary parts of one event
  sio::ServerOptions options;
  options.threads = 2;
  options.http.cors = sio::http::CorsPolicy({"https://shop.example.org"});  // pages of other origins
  sio::Server server(options);
  server.serve_socket_io(socket_io);
  // guide: end
  sio::Namespace& nsp = server.of("/");
  middleware(nsp);
  handlers(nsp);
  slow_things(server, nsp);

  const auto bound = server.listen(argc > 1 ? argv[1] : "127.0.0.1:3000");
  if (!bound) {
    std::cerr << "cannot listen: " << bound.error() << std::endl;
    return 1;
  }
  std::cout << "listening on " << bound->to_url() << std::endl;

  // guide: shutdown
  server.on_stopping([&nsp] { nsp.all().emit("goodbye"); });

  // Before you start other threads: they inherit the mask, and only the one that waits sees the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::jthread waiter([&server, signals](const std::stop_token& done) {
    constexpr timespec kStep{.tv_sec = 0, .tv_nsec = 200'000'000};
    while (!done.stop_requested() && sigtimedwait(&signals, nullptr, &kStep) < 0) {
    }
    server.stop();
  });
  // guide: end

  // guide: other thread
  std::jthread clock([&nsp](std::stop_token stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any wake;
    for (int tick = 1; !wake.wait_for(lock, stop, 100ms, [&] { return stop.stop_requested(); }); ++tick) {
      nsp.all().emit_volatile("tick", tick);
    }
  });
  // guide: end

  server.run();
}
