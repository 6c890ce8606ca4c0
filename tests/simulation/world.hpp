// Virtual time, chance and the network of one simulated run. Events of the same instant run in random order; a
// connection keeps the order of what goes through it, and nothing keeps the order between connections.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
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
    const auto ms = std::chrono::duration_cast<Milliseconds>(now_.time_since_epoch()).count();
    std::printf("%6lld %.*s %.*s\n", static_cast<long long>(ms), static_cast<int>(who.size()), who.data(),
                static_cast<int>(what.size()), what.data());
  }

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

// One HTTP request and its answer. Broken: neither end gets anything more, and each finds out in its own time.
struct Exchange {
  std::uint64_t id = 0;
  bool is_post = false;
  std::string body{};
  bool answered = false;
  bool broken = false;
  bool refused = false;  // by the checks: the session was gone before it came
};
using ExchangePtr = std::shared_ptr<Exchange>;

// One direction of a WebSocket: what goes in comes out in that order.
class Pipe {
 public:
  struct Message {
    std::string data{};
    bool binary = false;
    bool close = false;
  };

  Pipe(World& world, std::function<void(const Message&)> receive) : world_(&world), receive_(std::move(receive)) {}

  static void push(const std::shared_ptr<Pipe>& pipe, Message message) {
    pipe->queue_.push_back(std::move(message));
    pipe->last_ = std::max(pipe->last_, pipe->world_->now() + pipe->world_->latency());
    pipe->world_->at(pipe->last_, [pipe] { pipe->deliver(); });
  }
  void cut() { cut_ = true; }

 private:
  void deliver() {
    const Message message = std::move(queue_.front());
    queue_.pop_front();
    if (!cut_) receive_(message);
  }

  World* world_;
  std::function<void(const Message&)> receive_;
  std::deque<Message> queue_;
  TimePoint last_{};
  bool cut_ = false;
};

struct Socket {
  std::uint64_t id = 0;
  std::shared_ptr<Pipe> up{};    // to the server
  std::shared_ptr<Pipe> down{};  // to the client
  bool broken = false;
};
using SocketPtr = std::shared_ptr<Socket>;

// Numbered messages, every fourth binary: a receiver knows exactly what must come next.
class Numbered {
 public:
  int count() const { return count_; }
  bool binary() const { return count_ % 4 == 3; }
  std::string text() const { return 'm' + std::to_string(count_); }
  void next() { ++count_; }
  bool take(std::string_view data, bool is_binary) {
    if (is_binary != binary() || data != text()) return false;
    next();
    return true;
  }

 private:
  int count_ = 0;
};

}  // namespace sio::simulation
