// Virtual time, chance and the network of one simulated run. Events of the same instant run in random order; a
// connection keeps the order of what goes through it, and nothing keeps the order between connections.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/time.hpp"

namespace sio::simulation {

class World {
 public:
  // `tells`: prints what happens, for whoever replays a seed.
  World(std::uint64_t seed, bool tells) : random_(seed), tells_(tells) {}

  void tell(std::string_view who, std::string_view what) const {
    if (!tells_) return;
    std::string text(what);
    std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
    const auto ms = std::chrono::duration_cast<Milliseconds>(now_.time_since_epoch()).count();
    std::printf("%6lld %.*s %s\n", static_cast<long long>(ms), static_cast<int>(who.size()), who.data(), text.c_str());
  }

  bool tells() const { return tells_; }
  TimePoint now() const { return now_; }
  const std::string& breach() const { return breach_; }
  void fail(std::string what) {
    if (breach_.empty()) breach_ = std::move(what);
  }

  // Uniform in [low, high].
  int pick(int low, int high) { return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1)); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  // Mostly short, now and then long, often the same for several things.
  Milliseconds latency() { return Milliseconds{chance(80) ? pick(0, 5) : pick(0, 40)}; }

  void at(TimePoint time, std::function<void()> run) { events_.push({time, random_(), std::move(run)}); }
  void after(Milliseconds delay, std::function<void()> run) { at(now_ + delay, std::move(run)); }

  int slow_percent = 0;  // of what a connection carries: little and late

  // Nothing waits to happen any more.
  bool idle() const { return events_.empty(); }

  // Until nothing is left to happen, or `until`, or something is wrong.
  void run(TimePoint until) {
    while (!events_.empty() && events_.top().time <= until && breach_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.time;
      event.run();
      if (++count_ > kEventsMax) fail("it goes on and on");
    }
    if (breach_.empty() && until > now_ && until != kNever) now_ = until;
  }

 private:
  static constexpr int kEventsMax = 1'000'000;

  struct Event {
    TimePoint time;
    std::uint64_t order;
    std::function<void()> run;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : order > other.order; }
  };

  TimePoint now_{};
  std::mt19937_64 random_;
  std::priority_queue<Event> events_;
  int count_ = 0;
  bool tells_ = false;
  std::string breach_;
};

// Counts the things of a kind that are there: a run must leave none.
template <class T>
class Counted {
 public:
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() { --alive; }
  static inline int alive = 0;
};

// One HTTP request and its answer. Broken: neither end gets anything more, and each finds out in its own time.
struct Exchange {
  std::uint64_t id = 0;
  bool is_post = false;
  std::string body{};
  bool answered = false;
  bool broken = false;
  bool refused = false;  // by the checks: the session was gone before it came
  Counted<Exchange> counted{};
};
using ExchangePtr = std::shared_ptr<Exchange>;

// One direction of a TCP connection: what goes in comes out in that order, in pieces of any size. A slow reader takes
// little and late (World::slow_percent).
class Pipe {
 public:
  struct Ends {
    std::function<void(std::string)> receive;
    std::function<void()> end;      // all was received, and the other side has finished
    std::function<void()> on_room;  // fewer bytes wait than before
  };

  Pipe(World& world, Ends ends) : world_(&world), ends_(std::move(ends)) {}

  static void push(const std::shared_ptr<Pipe>& pipe, std::string_view bytes) {
    pipe->queue_ += bytes;
    schedule(pipe);
  }
  static void finish(const std::shared_ptr<Pipe>& pipe) {
    pipe->finished_ = true;
    schedule(pipe);
  }
  void cut() { cut_ = true; }
  std::size_t waiting() const { return queue_.size(); }

 private:
  static void schedule(const std::shared_ptr<Pipe>& pipe) {
    if (std::exchange(pipe->scheduled_, true)) return;
    pipe->slow_ = pipe->world_->chance(pipe->world_->slow_percent);
    const Milliseconds delay = pipe->slow_ ? Milliseconds{pipe->world_->pick(5, 80)} : pipe->world_->latency();
    pipe->world_->after(delay, [pipe] { pipe->deliver(pipe); });
  }

  void deliver(const std::shared_ptr<Pipe>& self) {
    scheduled_ = false;
    if (cut_) return;
    if (!queue_.empty()) {
      const std::size_t most = slow_ ? std::min<std::size_t>(queue_.size(), 60) : queue_.size();
      const bool whole = !slow_ && world_->chance(60);
      const std::size_t size = whole ? most : static_cast<std::size_t>(world_->pick(1, static_cast<int>(most)));
      std::string piece = queue_.substr(0, size);
      queue_.erase(0, size);
      ends_.receive(std::move(piece));
      if (!cut_ && ends_.on_room) ends_.on_room();
    }
    if (cut_) return;
    if (!queue_.empty()) {
      schedule(self);
    } else if (finished_) {
      cut_ = true;
      ends_.end();
    }
  }

  World* world_;
  Ends ends_;
  std::string queue_;
  bool scheduled_ = false;
  bool slow_ = false;
  bool finished_ = false;
  bool cut_ = false;
};

struct Socket {
  std::uint64_t id = 0;
  std::shared_ptr<Pipe> up{};    // to the server
  std::shared_ptr<Pipe> down{};  // to the client
  bool broken = false;
  bool closed = false;  // by the client, maybe before it was open
  Counted<Socket> counted{};
};
using SocketPtr = std::shared_ptr<Socket>;

}  // namespace sio::simulation
