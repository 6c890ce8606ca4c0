#include "password_input.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "exit_code.hpp"

namespace parley::app {
namespace {

class EchoOff {
 public:
  EchoOff() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

std::string ask(const char* question) {
  std::cerr << question << std::flush;
  const EchoOff quiet;
  std::string password = read_password_line(std::cin);
  std::cerr << '\n';
  return password;
}

}  // namespace

std::string read_password_line(std::istream& in) {
  std::string line;
  if (!std::getline(in, line)) throw StartupError(ExitCode::data, "no password on standard input");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string read_new_password() {
  if (::isatty(STDIN_FILENO) != 1) return read_password_line(std::cin);
  std::string password = ask("New password: ");
  if (ask("Once more: ") != password) throw StartupError(ExitCode::data, "the two passwords differ");
  return password;
}

}  // namespace parley::app
