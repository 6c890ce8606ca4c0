// For tests: the real executable in processes of its own, and a blocking HTTP request to it. Every wait ends within
// 30 s; nothing sleeps.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::app::testing {

constexpr int kPatienceMs = 30'000;

// `parley <arguments>` with pipes for its standard streams (output and errors together).
class Process {
 public:
  explicit Process(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
    arguments.insert(arguments.begin(), PARLEY_EXECUTABLE);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(out[1], STDERR_FILENO);
      for (const std::string& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    close_input();
    ::close(output_);
  }

  void write(std::string_view text) {
    ASSERT_EQ(::write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_input() {
    if (input_ >= 0) ::close(std::exchange(input_, -1));
  }
  void signal(int number) const { ::kill(pid_, number); }

  // Reads until a line begins with `start`; the rest of that line. Empty at the end of the output.
  std::string wait_for(std::string_view start) {
    while (true) {
      std::size_t end = unread_.find('\n');
      while (end == std::string::npos) {
        if (!read_some()) return {};
        end = unread_.find('\n');
      }
      const std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line.starts_with(start)) return line.substr(start.size());
    }
  }

  // Reads until `text` stands anywhere in the output, before or after what was waited for; the rest of its line.
  std::string find(std::string_view text) {
    while (true) {
      const std::size_t at = all_.find(text);
      const std::size_t end = at == std::string::npos ? at : all_.find('\n', at);
      if (end != std::string::npos) return all_.substr(at + text.size(), end - at - text.size());
      if (!read_some()) return {};
    }
  }

  // Closes its input, waits for its end; the exit code. `all_output` has everything it wrote.
  int finish() {
    close_input();
    while (read_some()) {
    }
    if (stuck_) ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  const std::string& all_output() const { return all_; }

 private:
  bool read_some() {
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) {
      ADD_FAILURE() << "no output and no end within 30 s; so far: " << all_;
      stuck_ = true;
      return false;
    }
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
    all_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = -1;
  bool stuck_ = false;
  int input_ = -1;
  int output_ = -1;
  std::string unread_;
  std::string all_;
};

// One request on a connection of its own; head and body of the answer. `url`: "http://127.0.0.1:<port>".
inline std::string http(const std::string& url, const std::string& method, const std::string& path,
                        const std::string& body = "", const std::string& headers = "") {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  std::uint16_t port = 0;
  const std::string digits = url.substr(url.rfind(':') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  address.sin_port = ::htons(port);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return {};
  }
  const std::string request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + digits +
                              "\r\nConnection: close\r\n" + headers +
                              (body.empty() ? "" : "Content-Type: application/json\r\n") +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  static_cast<void>(::send(fd, request.data(), request.size(), MSG_NOSIGNAL));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(fd);
  return answer;
}

inline int status_of(const std::string& answer) {
  int status = 0;
  if (answer.size() > 12) std::from_chars(answer.data() + 9, answer.data() + 12, status);
  return status;
}

// A data directory that is gone afterwards.
class DataDirectory {
 public:
  DataDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "parley-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;
  ~DataDirectory() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_ / "data"; }

 private:
  std::filesystem::path path_;
};

// The arguments of a server on any free port, without metrics.
inline std::vector<std::string> serve(const DataDirectory& data, std::vector<std::string> further = {}) {
  std::vector<std::string> arguments{"serve",       "--data",           data.path(), "--listen",
                                     "127.0.0.1:0", "--metrics-listen", "none"};
  arguments.insert(arguments.end(), further.begin(), further.end());
  return arguments;
}

// Runs a command to its end; its exit code.
inline int run(std::vector<std::string> arguments, const std::string& input = "", std::string* output = nullptr) {
  Process process(std::move(arguments));
  if (!input.empty()) process.write(input);
  const int code = process.finish();
  if (output != nullptr) *output = process.all_output();
  return code;
}

}  // namespace parley::app::testing
