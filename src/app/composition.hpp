// The running server: every part, made in order, wired together, and taken apart in order. The only place that knows
// all of them. Built completely before the first connection is accepted.
//
//   store (writer) ──outcomes──▶ chat ──▶ sio::Server ◀── api (REST, web app)
//   ops server (own event loop): /metrics on --metrics-listen, /control on the data directory's unix socket
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "exit_code.hpp"

namespace parley::app {

class Composition {
 public:
  // Opens the data, binds every listener. Throws StartupError.
  explicit Composition(const Config& config);
  ~Composition();
  Composition(const Composition&) = delete;
  Composition& operator=(const Composition&) = delete;

  // "http://127.0.0.1:5000" for each listener, with the ports that were really bound.
  const std::vector<std::string>& urls() const;
  std::string admin_signup() const;
  // Anybody who can reach this server may register as admin, and others than this machine can reach it.
  bool admins_open_to_everybody() const;
  // Where the first admin can sign up, once, within 7 days: as long as there is none, and only an invite lets one in.
  std::optional<std::string> first_admin_link() const;

  // Serves until stop() or until the storage fails.
  void run();
  // Drains: unready, commit what is queued and tell it, stop accepting, close. From any thread but the shards'; once.
  void stop();
  // After run(), when no stop() is under way: ends every part in order. ok, or io if the storage failed.
  ExitCode close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::app
