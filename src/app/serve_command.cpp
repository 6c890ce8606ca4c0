#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "commands.hpp"
#include "composition.hpp"
#include "parley/ops/logging.hpp"
#include "sio/base/check.hpp"
#include "sio/runtime/blocking_pool.hpp"
#include "startup.hpp"

namespace parley::app {
namespace {

// SIGTERM and SIGINT as calls of `stop` on a thread of its own; a second one ends the process at once (everything that
// was acknowledged is on the disk). Must exist before any other thread does.
class Signals {
 public:
  Signals() : set_(block()), thread_(std::in_place, "signals", 1, 1) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() { finish(); }

  template <class Stop>
  void start(Stop stop) {
    waiting_ = thread_->try_submit([this, stop] {
      if (!wait()) return;
      stop();
      if (wait()) std::_Exit(1);
    });
    SIO_CHECK(waiting_);
  }

  // No call of `stop` is under way afterwards, and none will come.
  void finish() {
    if (std::exchange(waiting_, false)) ::kill(::getpid(), SIGUSR2);
    thread_.reset();
  }

 private:
  static sigset_t block() {
    sigset_t set{};
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR2);  // our own: no more waiting
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
  }

  // False: no more waiting.
  bool wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal != SIGUSR2;
  }

  sigset_t set_;
  std::optional<sio::rt::BlockingPool> thread_;
  bool waiting_ = false;
};

void warn_about(const Config& config) {
  for (const std::string& origin : config.cors_origins) {
    if (origin == "*") ops::log(ops::LogLevel::warning, "pages of every origin may use this server (--cors-origin *)");
  }
  if (!config.rate_limits) ops::log(ops::LogLevel::warning, "no limits of any kind are in force (--rate-limits off)");
}

class Logging {
 public:
  explicit Logging(const Config& config) { ops::start_logging(config.log_format, config.log_level); }
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
  ~Logging() { ops::stop_logging(); }
};

}  // namespace

ExitCode serve_command(const CommandLine& line) {
  const Config config = load_config(line);
  Signals signals;
  const Logging logging(config);
  warn_about(config);
  Composition server(config);
  for (const std::string& url : server.urls()) {
    std::cout << "listening on " << url << '\n';
    ops::log(ops::LogLevel::info, "listening", {{"url", url}});
  }
  std::cout << "admin sign-up: " << server.admin_signup() << std::endl;
  // Not into the log, where it would be kept: whoever has it is an admin.
  if (const auto link = server.first_admin_link()) std::cout << "first admin: " << *link << std::endl;
  ops::log(ops::LogLevel::info, "admin sign-up", {{"rule", server.admin_signup()}});
  if (server.admins_open_to_everybody()) {
    ops::log(ops::LogLevel::warning, "anybody who can reach this server may register as admin (--admin-signup open)");
  }
  signals.start([&server] { server.stop(); });
  server.run();
  signals.finish();
  const ExitCode code = server.close();
  ops::log(ops::LogLevel::info, "ended", {{"exit", static_cast<int>(code)}});
  return code;
}

}  // namespace parley::app
