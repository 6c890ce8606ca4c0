// One simulated life of a session, from one seed: what the two ends are like, what they do, how it ends, and what must
// hold. Everything random comes from the seed, so a run can be played again.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "client.hpp"
#include "server_end.hpp"
#include "world.hpp"

namespace sio::simulation {

// How often what was met, over all runs: a simulation that never upgrades proves nothing.
struct Tally {
  long runs = 0;
  long with_upgrade = 0;  // runs in which at least one was begun
  Upgrades upgrades;
  long client_switched = 0;
  long alive_at_rest = 0;
  long closed_on_purpose = 0;        // and everything arrived
  long events = 0;                   // heard, of both ends
  std::map<std::string, long> ends;  // by reason

  void add(const Tally& other);
  std::string text() const;
};

class Run {
 public:
  // `tells`: prints what happens, step by step.
  Run(std::uint64_t seed, bool tells);
  // Empty if all holds, else the first thing that does not.
  std::string play(Tally& tally);

 private:
  SocketPtr websocket();
  void talk(TimePoint until);
  void rest(Tally& tally);
  void end(Tally& tally);
  void close_on_purpose(Tally& tally);
  void check_end(Tally& tally);
  void demand(bool holds, const std::string& what) {
    if (!holds) world_.fail(what);
  }
  // The client's `5` came after the server had given its probe up: no server can tell such a client anything.
  bool five_was_late() const {
    return client_.switched() && server_.upgrades().expired > 0 && server_.upgrades().completed == 0;
  }
  bool whole() { return client_.open() && server_.open() && !client_.lost_something(); }

  World world_;
  eio::Config config_;
  Habits habits_;
  SocketPtr websocket_;
  Client client_;
  ServerEnd server_;
};

// Plays a seed and looks whether the run has left anything behind.
std::string play(std::uint64_t seed, bool tells, Tally& tally);

}  // namespace sio::simulation
