// A blocking client for tests, on raw sockets: HTTP, Engine.IO over polling, WebSocket frames. Every wait has a limit;
// what does not come in time, or comes otherwise than it must, is thrown and so fails the test. Private, tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/ascii.hpp"

namespace sio::test {

constexpr int kWaitMs = 10'000;  // generous: sanitizers on a busy machine

[[noreturn]] inline void give_up(const std::string& what) { throw std::runtime_error(what); }

inline const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A connection to the server as bytes.
class Wire {
 public:
  // `receive_buffer_bytes`: of the kernel, for a client that soon takes no more; 0 leaves it.
  explicit Wire(unsigned short port, int receive_buffer_bytes = 0)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, generic(address), sizeof address) != 0) give_up("no connection");
    const int one = 1;  // what is sent leaves at once: tests order it by other means than time
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~Wire() { close(); }
  Wire(Wire&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), received_(std::move(other.received_)) {}
  Wire& operator=(Wire&&) = delete;

  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  // Sends no more, but still reads.
  void end_sending() { ::shutdown(descriptor_, SHUT_WR); }
  // Whether the connection was reset, not ended in order; known once a read has failed.
  bool was_reset() const { return was_reset_; }
  // Ends with a reset instead of an orderly end.
  void reset() {
    const linger abort{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      wait_for(POLLOUT);
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) give_up("the server has closed while being sent to");
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Sends until the server takes no more for `quiet_ms`, or has closed; returns how much that was.
  std::size_t send_until_stuck(std::string_view bytes, int quiet_ms) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      pollfd waiting{descriptor_, POLLOUT, 0};
      if (::poll(&waiting, 1, quiet_ms) == 0) break;
      const auto sent = ::send(descriptor_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) break;
      if (sent > 0) done += static_cast<std::size_t>(sent);
    }
    return done;
  }

  std::string read(std::size_t size) {
    while (received_.size() < size) {
      if (!read_more()) give_up("the server closed; so far: " + received_);
    }
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }
  // Up to and with `end`.
  std::string read_to(std::string_view end) {
    std::size_t at = 0;
    while ((at = received_.find(end)) == std::string::npos) {
      if (!read_more()) give_up("the server closed; so far: " + received_);
    }
    return read(at + end.size());
  }
  // Everything until the server closes (in order, or with a reset).
  std::string read_to_end() {
    while (read_more()) {
    }
    return std::exchange(received_, {});
  }
  bool has_received() const { return !received_.empty(); }
  // Is there anything to read now?
  bool is_quiet(int ms) {
    pollfd waiting{descriptor_, POLLIN, 0};
    return received_.empty() && ::poll(&waiting, 1, ms) == 0;
  }

 private:
  void wait_for(short events) {
    pollfd waiting{descriptor_, events, 0};
    if (::poll(&waiting, 1, kWaitMs) <= 0) give_up("nothing came in time; so far: " + received_);
  }
  bool read_more() {
    wait_for(POLLIN);
    std::string piece(64 * 1024, '\0');
    const auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
    was_reset_ = got < 0 && errno == ECONNRESET;
    if (got > 0) received_.append(piece, 0, static_cast<std::size_t>(got));
    return got > 0;
  }

  int descriptor_;
  bool was_reset_ = false;
  std::string received_;
};

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; several of one name joined by ", "
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct HeaderLine {
  std::string name;
  std::string value;
};
using HeaderLines = std::vector<HeaderLine>;

// Requests and answers over one connection.
class HttpClient {
 public:
  explicit HttpClient(unsigned short port) : wire_(port) {}

  Wire& wire() { return wire_; }
  static std::string head_of(std::string_view method, std::string_view target, const HeaderLines& headers = {}) {
    std::string head(method);
    head.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
    for (const HeaderLine& line : headers) head.append(line.name).append(": ").append(line.value).append("\r\n");
    return head + "\r\n";
  }
  void send(std::string_view method, std::string_view target, std::string_view body = {}, HeaderLines headers = {}) {
    if (!body.empty() || method == "POST") headers.push_back({"Content-Length", std::to_string(body.size())});
    wire_.send(head_of(method, target, headers).append(body));
  }
  Reply receive(bool head_only = false) {
    const std::string head = wire_.read_to("\r\n\r\n");
    Reply reply;
    if (!head.starts_with("HTTP/1.1 ")) give_up("no answer: " + head);
    reply.status = std::stoi(head.substr(9, 3));
    std::size_t at = head.find("\r\n") + 2;
    while (at + 2 < head.size()) {
      const std::size_t end = head.find("\r\n", at);
      const std::size_t colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      for (char& c : name) c = ascii_lower(c);
      std::string& value = reply.headers[name];
      if (!value.empty()) value += ", ";
      value += head.substr(colon + 2, end - colon - 2);
      at = end + 2;
    }
    if (!head_only && reply.headers.contains("content-length")) {
      reply.body = wire_.read(std::stoul(reply.headers["content-length"]));
    }
    return reply;
  }
  Reply request(std::string_view method, std::string_view target, std::string_view body = {},
                const HeaderLines& headers = {}) {
    send(method, target, body, headers);
    return receive(method == "HEAD");
  }
  Reply get(std::string_view target, const HeaderLines& headers = {}) { return request("GET", target, {}, headers); }

 private:
  Wire wire_;
};

// The value of `"sid":"…"`.
inline std::string sid_in(const std::string& text) {
  const std::size_t begin = text.find(R"("sid":")");
  if (begin == std::string::npos) give_up("no sid in " + text);
  return text.substr(begin + 7, text.find('"', begin + 7) - begin - 7);
}

// An Engine.IO session over polling: polls and POSTs on connections of their own, as a browser's.
class PollingClient {
 public:
  explicit PollingClient(unsigned short port, std::string path = "/socket.io/", const std::string& query = {})
      : path_(std::move(path)), polls_(port), posts_(port) {
    const Reply reply = polls_.get(path_ + "?EIO=4&transport=polling" + query);
    if (reply.status != 200) give_up("no handshake: " + reply.body);
    open_packet_ = reply.body;
    sid_ = sid_in(reply.body);
  }

  const std::string& sid() const { return sid_; }
  const std::string& open_packet() const { return open_packet_; }
  std::string target() const { return path_ + "?EIO=4&transport=polling&sid=" + sid_; }
  std::string upgrade_target() const { return path_ + "?EIO=4&transport=websocket&sid=" + sid_; }
  HttpClient& polls() { return polls_; }
  HttpClient& posts() { return posts_; }

  void begin_poll() { polls_.send("GET", target()); }
  Reply end_poll() { return polls_.receive(); }
  Reply poll() { return polls_.get(target()); }
  Reply post(std::string_view packets) { return posts_.request("POST", target(), packets); }
  // Packets of as many polls as it takes to see `count` of them, pings left out.
  std::vector<std::string> packets(std::size_t count) {
    std::vector<std::string> all;
    while (all.size() < count) {
      const Reply reply = poll();
      if (reply.status != 200) give_up("the session has ended: " + reply.body);
      for (std::size_t at = 0; at <= reply.body.size();) {
        const std::size_t end = std::min(reply.body.find('\x1e', at), reply.body.size());
        if (const std::string packet = reply.body.substr(at, end - at); packet != "2") all.push_back(packet);
        at = end + 1;
      }
    }
    return all;
  }

 private:
  std::string path_;
  HttpClient polls_;
  HttpClient posts_;
  std::string sid_;
  std::string open_packet_;
};

struct Frame {
  unsigned opcode = 0;
  std::string payload;
};

// A WebSocket. `target`: with its query.
class WebSocketClient {
 public:
  explicit WebSocketClient(unsigned short port, const std::string& target = "/socket.io/?EIO=4&transport=websocket",
                           int receive_buffer_bytes = 0)
      : wire_(port, receive_buffer_bytes) {
    wire_.send(upgrade_request(target));
    const std::string head = wire_.read_to("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 101 ")) give_up("no WebSocket: " + head);
  }

  static std::string upgrade_request(const std::string& target) {
    return HttpClient::head_of("GET", target,
                               {{"Connection", "Upgrade"},
                                {"Upgrade", "websocket"},
                                {"Sec-WebSocket-Version", "13"},
                                {"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}});
  }
  // Masked, with the mask 1 2 3 4.
  static std::string frame(unsigned opcode, std::string_view payload, bool fin = true) {
    std::string bytes(1, static_cast<char>((fin ? 0x80U : 0U) | opcode));
    const std::size_t size = payload.size();
    const auto append_length = [&](unsigned octets) {
      for (unsigned i = octets; i-- > 0;) bytes.push_back(static_cast<char>(size >> (8 * i) & 0xFFU));
    };
    bytes.push_back(static_cast<char>(0x80U | (size < 126 ? size : size < 65'536 ? 126 : 127)));
    if (size >= 126) append_length(size < 65'536 ? 2 : 8);
    bytes += "\x01\x02\x03\x04";
    for (std::size_t i = 0; i < size; ++i)
      bytes.push_back(static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1)));
    return bytes;
  }

  Wire& wire() { return wire_; }
  void send(std::string_view text) { wire_.send(frame(1, text)); }
  void send_binary(std::string_view bytes) { wire_.send(frame(2, bytes)); }

  Frame receive() {
    const std::string head = wire_.read(2);
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
      const std::string length = wire_.read(size == 126 ? 2 : 8);
      size = 0;
      for (const char octet : length) size = size << 8 | static_cast<unsigned char>(octet);
    }
    return {static_cast<unsigned>(head[0]) & 0x0FU, wire_.read(size)};
  }
  // The next text or binary message that is no ping of the session's heartbeat (which is answered).
  std::string message() {
    for (;;) {
      const Frame frame = receive();
      if (frame.opcode != 1 && frame.opcode != 2) give_up("a frame with opcode " + std::to_string(frame.opcode));
      if (frame.opcode == 2 || frame.payload != "2") return frame.payload;
      send("3");
    }
  }
  // Reads to the end of the connection; the status of the close frame that it must hold, 0 for none in it.
  unsigned close_code() {
    for (;;) {
      const Frame frame = receive();
      if (frame.opcode != 8) continue;
      if (frame.payload.size() < 2) return 0;
      return static_cast<unsigned>(static_cast<unsigned char>(frame.payload[0])) << 8 |
             static_cast<unsigned char>(frame.payload[1]);
    }
  }

 private:
  Wire wire_;
};

// Socket.IO over a WebSocket. Packets are written as after Engine.IO's `4`.
class SocketIoClient {
 public:
  explicit SocketIoClient(unsigned short port, const std::string& nsp = "/", int receive_buffer_bytes = 0)
      : websocket_(port, "/socket.io/?EIO=4&transport=websocket", receive_buffer_bytes) {
    engine_sid_ = sid_in(websocket_.message());
    if (!nsp.empty()) sid_ = connect(nsp);
  }
  // Joins a namespace; the socket's id.
  std::string connect(const std::string& nsp, const std::string& auth = {}) {
    send(nsp == "/" ? "0" + auth : "0" + nsp + "," + auth);
    return sid_in(receive());
  }

  const std::string& sid() const { return sid_; }
  const std::string& engine_sid() const { return engine_sid_; }
  WebSocketClient& websocket() { return websocket_; }
  Wire& wire() { return websocket_.wire(); }
  void send(const std::string& packet) { websocket_.send("4" + packet); }
  std::string receive() {
    std::string packet = websocket_.message();
    return packet.starts_with('4') ? packet.substr(1) : packet;
  }

 private:
  WebSocketClient websocket_;
  std::string engine_sid_;
  std::string sid_;
};

}  // namespace sio::test
