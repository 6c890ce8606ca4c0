#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "client.hpp"
#include "server_end.hpp"
#include "world.hpp"

namespace sio::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeedsByDefault = 4'000;

eio::Config config_of(World& world) {
  eio::Config config;
  config.ping_interval = 300ms;
  config.ping_timeout = 200ms;
  config.upgrade_timeout = Milliseconds{world.pick(50, 400)};
  config.closing_grace = 1s;
  config.client_close_grace = 100ms;
  config.poll_packets_max = static_cast<std::size_t>(world.pick(1, 16));
  return config;
}

Habits habits_of(World& world) {
  Habits habits;
  const int flavor = world.pick(1, 100);
  habits.flavor = flavor <= 60   ? Flavor::javascript
                  : flavor <= 80 ? Flavor::python
                  : flavor <= 90 ? Flavor::polling
                                 : Flavor::websocket;
  habits.abandons = world.chance(70)   ? Abandons::nothing
                    : world.chance(50) ? Abandons::opened_probe
                                       : Abandons::answered_probe;
  habits.slow_poll_percent = world.chance(30) ? world.pick(1, 30) : 0;
  habits.cut_percent = world.chance(30) ? world.pick(1, 8) : 0;
  habits.retries = world.pick(0, 2);
  return habits;
}

// How often what was met, over all seeds: a simulation that never upgrades proves nothing.
struct Tally {
  int upgraded = 0;
  int alive_at_rest = 0;
  int closed_on_purpose = 0;
  int died_early = 0;
  long messages = 0;
};

class OneRun {
 public:
  OneRun(std::uint64_t seed, bool tells)
      : world_(seed, tells),
        config_(config_of(world_)),
        habits_(habits_of(world_)),
        client_(world_, server_, config_, habits_),
        server_(world_, config_, websocket()) {
    server_.meet(client_);
  }

  std::string play(Tally& tally);

 private:
  SocketPtr websocket() {
    if (habits_.flavor == Flavor::websocket) websocket_ = client_.make_socket();
    return websocket_;
  }
  void talk(TimePoint until);
  void end(Tally& tally);
  void demand(bool holds, const std::string& what) {
    if (!holds) world_.fail(what);
  }
  void demand_nothing_missing() {
    demand(client_.received().count() == server_.sent().count(), "messages to the client are missing");
    demand(server_.received().count() == client_.sent().count(), "messages to the server are missing");
  }

  World world_;
  eio::Config config_;
  Habits habits_;
  SocketPtr websocket_;
  Client client_;
  ServerEnd server_;
};

// Both ends say something now and then.
void OneRun::talk(TimePoint until) {
  if (world_.now() >= until) return;
  const int who = world_.pick(1, 10);
  if (who <= 5) server_.send_some();
  if (who >= 5 && client_.open()) client_.send_some();
  world_.after(Milliseconds{world_.pick(0, 60)}, [this, until] { talk(until); });
}

void OneRun::end(Tally& tally) {
  const bool whole = client_.open() && server_.open() && !client_.lost_something();
  switch (world_.pick(1, 5)) {
    case 1:
      client_.leave();
      break;
    case 2:
      client_.vanish(world_.chance(50));
      break;
    case 3:
      server_.close(DisconnectReason::parse_error);
      break;
    default: {
      if (server_.open()) server_.send_some();
      server_.close(DisconnectReason::forced_close);
      if (!whole) break;
      ++tally.closed_on_purpose;
      world_.run(world_.now() + config_.closing_grace + 500ms);
      demand(!client_.open() && server_.gone(), "the close did not arrive");
      demand(client_.lost_something() || client_.received().count() == server_.sent().count(),
             "messages before the close are missing");
    }
  }
}

std::string OneRun::play(Tally& tally) {
  client_.start(websocket_);
  const TimePoint quiet = world_.now() + Milliseconds{world_.pick(50, 2'000)};
  talk(quiet);
  world_.run(quiet);
  const bool waits_for_rest = world_.chance(70);
  if (waits_for_rest) {
    client_.stop_faults();
    world_.run(quiet + 3s);
    if (client_.open() && server_.open() && !client_.lost_something()) {
      ++tally.alive_at_rest;
      demand_nothing_missing();
    }
  }
  if (!server_.open()) ++tally.died_early;
  if (client_.switched()) ++tally.upgraded;
  if (world_.breach().empty()) end(tally);
  world_.run(kNever);
  if (!server_.breach().empty()) world_.fail(server_.breach());
  demand(server_.gone(), "the session never ended");
  tally.messages += client_.received().count() + server_.received().count();
  return world_.breach();
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Nothing lost, doubled or reordered while a session lives; every session ends; no deadline is left then.
TEST(Simulation, E3_NothingIsLostDoubledOrReorderedAndEverySessionEnds) {
  Tally tally;
  const std::uint64_t only = number_from_environment("SIMULATION_SEED", 0);
  const std::uint64_t seeds = only != 0 ? 1 : number_from_environment("SIMULATION_SEEDS", kSeedsByDefault);
  for (std::uint64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = only != 0 ? only : i + 1;
    ASSERT_EQ(OneRun(seed, only != 0).play(tally), "") << "replay with SIMULATION_SEED=" << seed;
  }
  std::printf("seeds %llu, upgraded %d, alive at rest %d, closed on purpose %d, died early %d, messages %ld\n",
              static_cast<unsigned long long>(seeds), tally.upgraded, tally.alive_at_rest, tally.closed_on_purpose,
              tally.died_early, tally.messages);
  if (seeds < 1'000) return;
  const auto share = static_cast<int>(seeds / 20);
  EXPECT_GT(tally.upgraded, 4 * share);
  EXPECT_GT(tally.alive_at_rest, 4 * share);
  EXPECT_GT(tally.closed_on_purpose, share);
  EXPECT_GT(tally.died_early, share);
}

}  // namespace
}  // namespace sio::simulation
