#include "run.hpp"

namespace sio::simulation {
namespace {

using namespace std::chrono_literals;

eio::Config config_of(World& world) {
  eio::Config config;
  config.ping_interval = 300ms;
  config.ping_timeout = 200ms;
  config.upgrade_timeout = Milliseconds{world.pick(50, 400)};
  config.closing_grace = 3s;
  config.client_close_grace = 100ms;
  config.poll_packets_max = static_cast<std::size_t>(world.pick(1, 16));
  if (world.chance(15)) config.outbox_packets_max = static_cast<std::size_t>(world.pick(20, 80));
  if (world.chance(15)) config.outbox_bytes_max = static_cast<std::size_t>(world.pick(4'000, 20'000));
  return config;
}

Habits habits_of(World& world) {
  Habits habits;
  const int flavor = world.pick(1, 100);
  habits.flavor = flavor <= 50   ? Flavor::javascript
                  : flavor <= 70 ? Flavor::python
                  : flavor <= 88 ? Flavor::hasty
                  : flavor <= 94 ? Flavor::polling
                                 : Flavor::websocket;
  habits.abandons = world.chance(70) ? Abandons::nothing : static_cast<Abandons>(world.pick(1, 4));
  habits.slow_poll_percent = world.chance(30) ? world.pick(1, 30) : 0;
  habits.cut_percent = world.chance(30) ? world.pick(1, 8) : 0;
  habits.retries = world.pick(0, 2);
  habits.split_percent = world.chance(50) ? world.pick(10, 90) : 0;
  habits.strangers = world.chance(30) ? world.pick(1, 3) : 0;
  world.slow_percent = world.chance(30) ? world.pick(5, 60) : 0;
  return habits;
}

}  // namespace

// ---- tally

void Tally::add(const Tally& other) {
  runs += other.runs;
  with_upgrade += other.with_upgrade;
  upgrades.begun += other.upgrades.begun;
  upgrades.completed += other.upgrades.completed;
  upgrades.expired += other.upgrades.expired;
  upgrades.dropped += other.upgrades.dropped;
  upgrades.cut += other.upgrades.cut;
  upgrades.refused += other.upgrades.refused;
  client_switched += other.client_switched;
  alive_at_rest += other.alive_at_rest;
  closed_on_purpose += other.closed_on_purpose;
  events += other.events;
  for (const auto& [reason, count] : other.ends) ends[reason] += count;
}

std::string Tally::text() const {
  std::string out;
  const auto add = [&out](std::string_view what, long count) {
    out.append(what).append(" ").append(std::to_string(count));
  };
  add("runs", runs);
  add(", with an upgrade", with_upgrade);
  add("\nupgrades begun", upgrades.begun);
  add(": completed", upgrades.completed);
  add(", expired", upgrades.expired);
  add(", dropped", upgrades.dropped);
  add(", cut", upgrades.cut);
  add("; WebSockets refused", upgrades.refused);
  add("\nevents", events);
  add(", alive at rest", alive_at_rest);
  add(", closed on purpose and whole", closed_on_purpose);
  out += "\nends:";
  for (const auto& [reason, count] : ends) add(' ' + reason + ':', count);
  return out;
}

// ---- one run

Run::Run(std::uint64_t seed, bool tells)
    : world_(seed, tells),
      config_(config_of(world_)),
      habits_(habits_of(world_)),
      client_(world_, server_, config_, habits_),
      server_(world_, config_, websocket()) {
  server_.meet(client_);
}

SocketPtr Run::websocket() {
  if (habits_.flavor == Flavor::websocket) websocket_ = client_.make_socket();
  return websocket_;
}

// Both ends say something now and then.
void Run::talk(TimePoint until) {
  if (world_.now() >= until) return;
  const int who = world_.pick(1, 10);
  if (who <= 5 && server_.open()) server_.send_some();
  if (who >= 5 && client_.open()) client_.send_some();
  world_.after(Milliseconds{world_.pick(0, 60)}, [this, until] { talk(until); });
}

// Without faults everything arrives in the end.
void Run::rest(Tally& tally) {
  client_.stop_faults();
  world_.run(world_.now() + 3s);
  if (!whole()) return;
  ++tally.alive_at_rest;
  demand(client_.talk().heard() == server_.talk().said(), "events to the client are missing");
  demand(server_.talk().heard() == client_.talk().said(), "events to the server are missing");
  demand(client_.talk().unanswered() == 0, "the server's acknowledgements are missing");
  demand(server_.talk().unanswered() == 0, "the client's acknowledgements are missing");
  demand(!client_.talk().in_mid_event() && !server_.talk().in_mid_event(), "attachments are missing");
}

void Run::end(Tally& tally) {
  switch (world_.pick(1, 6)) {
    case 1:
      return client_.leave();
    case 2:
      return client_.vanish(world_.chance(50));
    case 3:
      return server_.close(DisconnectReason::parse_error);
    default:
      return close_on_purpose(tally);
  }
}

// What was said before an end on purpose is heard, wherever the upgrade is at that moment.
void Run::close_on_purpose(Tally& tally) {
  if (world_.chance(50)) world_.slow_percent = 0;
  const bool was_whole = whole();
  if (server_.open()) server_.send_some();
  const bool closes = server_.open();  // a slow reader may have been too much
  server_.close(DisconnectReason::forced_close);
  if (!was_whole || !closes) return;
  world_.run(world_.now() + config_.closing_grace + 500ms);
  demand(!client_.open() && server_.gone(), "the close did not arrive");
  if (client_.lost_something() || five_was_late()) return;
  ++tally.closed_on_purpose;
  demand(client_.talk().heard() == server_.talk().said(), "events before the close are missing");
  demand(!client_.talk().in_mid_event(), "attachments before the close are missing");
}

void Run::check_end(Tally& tally) {
  demand(world_.idle(), "something is still to happen");
  const std::string left = server_.leftovers();
  demand(left.empty(), left);
  demand(!client_.open() || client_.holds_nothing(), "the client waits for an answer");
  const Upgrades& upgrades = server_.upgrades();
  demand(upgrades.begun == upgrades.completed + upgrades.expired + upgrades.dropped + upgrades.cut,
         "an upgrade has not come to an end");
  demand(upgrades.completed <= 1, "two upgrades of one session");
  Tally own;
  own.runs = 1;
  own.with_upgrade = upgrades.begun > 0 ? 1 : 0;
  own.upgrades = upgrades;
  own.client_switched = client_.switched() ? 1 : 0;
  own.events = client_.talk().heard() + server_.talk().heard();
  own.ends[server_.end_reason()] = 1;
  tally.add(own);
}

std::string Run::play(Tally& tally) {
  client_.start(websocket_);
  const TimePoint quiet = world_.now() + Milliseconds{world_.pick(50, 2'000)};
  talk(quiet);
  world_.run(quiet);
  if (world_.chance(60)) rest(tally);
  if (world_.breach().empty()) end(tally);
  world_.run(kNever);
  if (world_.breach().empty()) check_end(tally);
  return world_.breach();
}

std::string play(std::uint64_t seed, bool tells, Tally& tally) {
  std::string breach;
  {
    Run run(seed, tells);
    breach = run.play(tally);
  }
  if (!breach.empty()) return breach;
  if (Counted<Exchange>::alive != 0) return "requests are left in memory";
  if (Counted<Socket>::alive != 0) return "connections are left in memory";
  return {};
}

}  // namespace sio::simulation
