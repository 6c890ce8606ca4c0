#include "control_socket.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "exit_code.hpp"

namespace parley::app {
namespace {

constexpr long kTimeoutSeconds = 30;
constexpr std::size_t kAnswerBytesMax = 256U * 1024 * 1024;

class Connection {
 public:
  Connection() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw StartupError(ExitCode::io, "cannot make a socket");
    const timeval limit{kTimeoutSeconds, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }

  // False: nobody listens.
  bool connect(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, text.data(), text.size());
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) return false;
    throw StartupError(ExitCode::unavailable, "the control socket " + text + ": " + std::strerror(errno));
  }

  void send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) throw StartupError(ExitCode::io, "the server closed the control connection");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  std::string receive_all() {
    std::string all;
    std::array<char, 16 * 1024> buffer{};
    while (true) {
      const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw StartupError(ExitCode::unavailable, "the server does not answer on its control socket");
      if (got == 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(got));
      if (all.size() > kAnswerBytesMax) throw StartupError(ExitCode::io, "the server's answer is too large");
    }
  }

 private:
  int fd_;
};

}  // namespace

std::optional<std::string> call_control_socket(const std::filesystem::path& socket, std::string_view body) {
  Connection connection;
  if (!connection.connect(socket)) return std::nullopt;
  std::string request = "POST " + std::string(kControlPath) +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        "Content-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n";
  request.append(body);
  connection.send_all(request);
  const std::string answer = connection.receive_all();
  const std::size_t end_of_head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || end_of_head == std::string::npos) {
    throw StartupError(ExitCode::unavailable, "the server refused the command on its control socket");
  }
  return answer.substr(end_of_head + 4);
}

bool is_served(const std::filesystem::path& socket) { return Connection().connect(socket); }

}  // namespace parley::app
