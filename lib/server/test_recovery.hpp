// A client that can come back: keeps its pid and the offset of the last event, as the JavaScript client does; and a
// server with recovery under a clock of the test's. Private, tests only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "sio/json/value.hpp"
#include "test_server.hpp"

namespace sio::test {

// The text of the last argument of `2["name",…]`, maybe with a namespace or attachments before; empty if it is none.
inline std::string last_text(const std::string& packet) {
  const std::size_t begin = packet.find('[');
  if (begin == std::string::npos) return {};
  std::string last;
  for (const json::Value value : json::Value(std::string_view(packet).substr(begin)).elements()) {
    last = value.is_string() ? value.as_string().value_or("") : "";
  }
  return last;
}

class ReturningClient {
 public:
  // Joins `nsp` as a new client. `auth`: members of the payload, such as "token":1.
  explicit ReturningClient(unsigned short port, std::string nsp = "/", std::string auth = {})
      : port_(port), nsp_(std::move(nsp)), auth_(std::move(auth)) {
    connect();
  }

  // Loses the connection without a word.
  void lose() { client_->wire().reset(); }
  // A new connection and a CONNECT with what it knows.
  void connect() {
    client_ = std::make_unique<SocketIoClient>(port_, "");
    client_->send(connect_packet());
  }
  // Reads the answer to the CONNECT: true if it was recovered, false if it is somebody new.
  bool confirmed() {
    const std::string packet = client_->receive();
    if (!packet.starts_with("0")) give_up("no confirmation: " + packet);
    sid_ = sid_in(packet);
    const json::Value payload(std::string_view(packet).substr(packet.find('{')));
    const auto pid = payload.find("pid");
    const std::string told = pid ? pid->as_string().value() : "";
    const bool recovered = !told.empty() && told == pid_;
    pid_ = told;
    return recovered;
  }
  bool come_back() {
    connect();
    return confirmed();
  }
  std::string connect_packet() const {
    std::string payload = auth_;
    const auto add = [&](const char* name, const std::string& value) {
      if (value.empty()) return;
      if (!payload.empty()) payload += ',';
      payload.append(1, '"').append(name).append("\":\"").append(value).append(1, '"');
    };
    add("pid", pid_);
    add("offset", offset_);
    return (nsp_ == "/" ? "0{" : "0" + nsp_ + ",{") + payload + "}";
  }

  // The next event without its offset, which is taken note of. (Every event here must have one.)
  std::string event() {
    std::string packet = client_->receive();
    offset_ = last_text(packet);
    if (offset_.empty()) give_up("no offset in " + packet);
    packet.erase(packet.size() - offset_.size() - 4, offset_.size() + 3);
    return packet;
  }
  // Asks for an acknowledgement and gives what came before it: events, without their offsets.
  std::string until_ack(const std::string& event_json) {
    client_->send("2" + prefix() + "9" + event_json);
    std::string seen;
    for (;;) {
      std::string packet = client_->receive();
      if (packet.starts_with("3" + prefix() + "9[")) return seen;
      offset_ = last_text(packet);
      if (offset_.empty()) give_up("no offset in " + packet);
      packet.erase(packet.size() - offset_.size() - 4, offset_.size() + 3);
      seen += packet;
    }
  }
  std::string sync() { return until_ack(R"(["sync"])"); }
  void join(const std::string& rooms) { until_ack(R"(["join",)" + rooms + "]"); }
  void leave(const std::string& rooms) { until_ack(R"(["leave",)" + rooms + "]"); }

  SocketIoClient& raw() { return *client_; }
  std::unique_ptr<SocketIoClient> take_connection() { return std::move(client_); }
  std::string prefix() const { return nsp_ == "/" ? "" : nsp_ + ","; }
  const std::string& sid() const { return sid_; }
  const std::string& pid() const { return pid_; }
  const std::string& offset() const { return offset_; }
  void set_pid(std::string pid) { pid_ = std::move(pid); }
  void set_offset(std::string offset) { offset_ = std::move(offset); }
  void set_auth(std::string auth) { auth_ = std::move(auth); }

 private:
  unsigned short port_;
  std::string nsp_;
  std::string auth_;
  std::unique_ptr<SocketIoClient> client_;
  std::string sid_;
  std::string pid_;
  std::string offset_;
};

// `join`, `leave` with room names, and `sync`: acknowledged.
inline void serve_rooms(Namespace& nsp) {
  nsp.on("join", [](Event& event) {
    for (std::size_t i = 0; i < event.size(); ++i) event.socket().join(event.argument(i)->as_string().value());
    event.acknowledge({});
  });
  nsp.on("leave", [](Event& event) {
    for (std::size_t i = 0; i < event.size(); ++i) event.socket().leave(event.argument(i)->as_string().value());
    event.acknowledge({});
  });
  nsp.on("sync", [](Event& event) { event.acknowledge({}); });
}

// What the tests keep with a socket.
struct Name final : SocketData {
  explicit Name(std::string name_) : name(std::move(name_)) {}
  std::string name;
};

// Tells the client who it is: "hello" with recovered and its name.
inline void greet(Namespace& nsp) {
  nsp.on_connection([](Socket& socket, json::Value) {
    socket.emit("hello", socket.recovered(), socket.has_data() ? socket.data<Name>().name : "nobody");
  });
}

// Time that stands still unless the test moves it.
class TestClock {
 public:
  std::function<TimePoint()> reader() {
    return [now = now_] { return TimePoint(Milliseconds(now->load())); };
  }
  void advance(Milliseconds by) { *now_ += by.count(); }

 private:
  std::shared_ptr<std::atomic<std::int64_t>> now_ = std::make_shared<std::atomic<std::int64_t>>(1'000'000);
};

}  // namespace sio::test
