// How late a shard is, under a clock that only its handlers move.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "moved_clock.hpp"
#include "sio/runtime/shard.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::rt {
namespace {

constexpr Milliseconds kBound{400};
constexpr Milliseconds kCalm{1'000};

// Both ends of connections on one shard; each handler takes a millisecond.
class Peers final : public StreamHandler {
 public:
  Peers(Shard& shard, int count, std::function<void(int peer)> on_handled) : on_handled_(std::move(on_handled)) {
    for (int i = 0; i < count; ++i) {
      std::array<int, 2> ends{};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
      peers_.push_back(ends[1]);
      streams_.push_back(Stream::adopt(shard, ends[0]));
      streams_.back()->set_handler(this);
      streams_.back()->start();
    }
    for (const int peer : peers_) write(peer);
  }
  ~Peers() override {
    for (const int peer : peers_) ::close(peer);
  }
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  static void write(int peer) { EXPECT_EQ(::write(peer, "x", 1), 1); }
  int peer(std::size_t i) const { return peers_[i]; }

  void on_data(std::span<char>) override {
    test::StoppedClock::advance(Milliseconds(1));
    on_handled_(handled_++);
  }
  void on_writable() override {}
  void on_end(bool) override {}

 private:
  std::function<void(int)> on_handled_;
  std::vector<int> peers_;
  std::vector<Stream::Ptr> streams_;
  int handled_ = 0;
};

// No turn takes 400 ms, but what is ready waits for more than one.
TEST(ShardLag, R7_ManyShortHandlersMakeLateAsOneLongOneDoes) {
  const test::StoppedClock clock;
  Shard shard(0);
  shard.set_lag_bound(kBound, kCalm);
  Peers peers(shard, 700, [&](int handled) {
    if (handled < 250) {
      EXPECT_FALSE(shard.is_late()) << handled;
    }
    if (handled == 699) shard.stop();
  });
  shard.run();
  EXPECT_TRUE(shard.is_late());
  EXPECT_GT(shard.lag(), kBound);
}

// All the time there is more to do than one turn takes, but each event has its turn within 300 ms.
TEST(ShardLag, R7_BeingBusyIsNotBeingLate) {
  const test::StoppedClock clock;
  Shard shard(0);
  shard.set_lag_bound(kBound, kCalm);
  constexpr std::size_t kPeers = 300;
  Peers* all = nullptr;
  Peers peers(shard, kPeers, [&](int handled) {
    EXPECT_FALSE(shard.is_late()) << handled;
    if (handled == 6'000) return shard.stop();
    Peers::write(all->peer(static_cast<std::size_t>(handled) % kPeers));
  });
  all = &peers;
  shard.run();
  EXPECT_GT(shard.lag(), Milliseconds(200));
  EXPECT_LT(shard.lag(), kBound);
}

}  // namespace
}  // namespace sio::rt
