// Clients that lose their connections at random moments, while all shards and other threads emit. Whatever happens,
// each client has seen exactly what was meant for it, from each emitter in its order, or was told that it is new.
// RECOVERY_SEED=n repeats a run's choices (not the threads' timing), RECOVERY_CUTS=n sets how many cuts there are.
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "test_recovery.hpp"

namespace sio::test {
namespace {

constexpr unsigned kShards = 3;
constexpr unsigned kClients = 7;
constexpr unsigned kRooms = 4;  // client c is in room c % 4
constexpr unsigned kMainEmitter = kShards;
constexpr unsigned kThreadEmitter = kShards + 1;
constexpr unsigned kEmitters = kShards + 2;

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

std::string room(unsigned number) { return "room" + std::to_string(number); }

// What one emitter has emitted, in order: who shall get it. Written by the emitter before it emits.
class Emitted {
 public:
  struct One {
    unsigned to;      // kRooms: all
    unsigned except;  // kRooms: none
    bool is_for(unsigned client) const {
      const unsigned in = client % kRooms;
      return (to == kRooms || to == in) && except != in;
    }
  };
  std::size_t add(One one) {
    const std::lock_guard lock(mutex_);
    all_.push_back(one);
    return all_.size() - 1;
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return all_.size();
  }
  One at(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return all_[index];
  }

 private:
  std::mutex mutex_;
  std::vector<One> all_;
};

struct Counter final : SocketData {
  unsigned client = 0;
  std::uint64_t next = 0;  // of what is emitted to this client alone
};

class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : random_(seed), server_(threads(kShards)) {
    RecoveryOptions options;
    options.clock = clock_.reader();
    nsp().set_recovery(options);
    nsp().on_connection([](Socket& socket, json::Value auth) {
      if (socket.recovered()) return;
      auto data = std::make_unique<Counter>();
      data->client = static_cast<unsigned>(auth.find("client")->as_int64().value());
      socket.join(room(data->client % kRooms));
      socket.set_data(std::move(data));
      socket.emit("born");
    });
    // In and out of a room: what is emitted to it in between is for the client, what comes after is not.
    nsp().on("flip", [this](Event& event) {
      auto& data = event.socket().data<Counter>();
      const std::string own = "flip" + std::to_string(data.client);
      event.socket().join(own);
      nsp().to(own).emit("own", data.next++);
      event.socket().leave(own);
      nsp().to(own).emit("never");
    });
    server_.start();
    for (unsigned c = 0; c < kClients; ++c) clients_.push_back(std::make_unique<Peer>(server_.port(), c));
  }

  void run(unsigned cuts) {
    std::thread other([this] { emit_when_told(); });
    try {
      for (auto& peer : clients_) hear_answer(*peer);
      while (cuts_ < cuts && !testing::Test::HasFailure()) step();
    } catch (const std::exception& failure) {
      ADD_FAILURE() << failure.what();
    }
    tell_thread(true);
    other.join();
    if (!testing::Test::HasFailure()) finish();
  }
  unsigned recovered() const { return recovered_; }
  unsigned renewed() const { return renewed_; }

 private:
  struct Peer {
    Peer(unsigned short port, unsigned number_)
        : number(number_), client(port, "/", R"("client":)" + std::to_string(number_)) {}
    unsigned number;
    ReturningClient client;
    bool away = false;
    bool may_be_new = true;
    bool born = false;
    std::vector<std::unique_ptr<SocketIoClient>> abandoned;  // connections that the server may take for alive
    // From each emitter, the index from which on everything is due. Before the first one came, earlier ones may come.
    std::array<std::size_t, kEmitters> next{};
    std::array<bool, kEmitters> begun{};
    std::uint64_t next_own = 0;
    bool ended = false;
  };

  Namespace& nsp() { return server_.of("/"); }
  unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(random_); }

  void emit(unsigned emitter, Emitted::One one) {
    const std::size_t index = emitted_[emitter].add(one);
    Broadcast broadcast = nsp().all();
    if (one.to != kRooms) broadcast.to(room(one.to));
    if (one.except != kRooms) broadcast.except(room(one.except));
    broadcast.emit("n", emitter, index);
  }
  Emitted::One random_target() { return {pick(kRooms + 1), pick(3) == 0 ? pick(kRooms) : kRooms}; }

  void emit_when_told() {
    for (;;) {
      Emitted::One one{};
      {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [this] { return over_ || !for_thread_.empty(); });
        if (for_thread_.empty()) return;
        one = for_thread_.front();
        for_thread_.pop_front();
      }
      emit(kThreadEmitter, one);
    }
  }
  void tell_thread(bool over) {
    const std::lock_guard lock(mutex_);
    over_ = over;
    if (!over) for_thread_.push_back(random_target());
    told_.notify_one();
  }

  void emit_everywhere() {
    for (unsigned shard = 0; shard < kShards; ++shard) {
      server_.server().shard(shard).post([this, shard, one = random_target(), own = pick(2) == 0] {
        emit(shard, one);
        if (!own) return;
        for (Socket* socket : nsp().local().sockets()) {
          if (socket->has_data()) socket->emit("own", socket->data<Counter>().next++);
        }
      });
    }
    tell_thread(false);
    emit(kMainEmitter, random_target());
  }

  void step() {
    emit_everywhere();
    Peer& peer = *clients_[pick(kClients)];
    if (peer.away) return pick(3) == 0 ? come_back(peer) : void();
    switch (pick(12)) {
      case 0:
      case 1:
        hear(peer);
        if (peer.away) return;
        peer.client.lose();
        return leave(peer);
      case 2:
      case 3:
        peer.client.lose();  // with what is on its way
        return leave(peer);
      case 4:  // the server still takes it for connected
        if (pick(2) == 0) hear(peer);
        if (peer.away) return;
        peer.abandoned.push_back(peer.client.take_connection());
        leave(peer);
        return come_back(peer);
      case 5:  // comes back, and loses that connection too before it has read a thing
        peer.client.lose();
        leave(peer);
        peer.client.connect();
        if (pick(2) == 0) emit_everywhere();
        peer.client.lose();
        ++cuts_;
        return come_back(peer);
      case 6:
        return say(peer, R"(2["flip"])");
      case 7:
        if (pick(20) == 0) say_goodbye(peer);
        return;
      case 8:
        if (pick(60) == 0) let_time_pass();
        return;
      default:
        return hear(peer);
    }
  }
  void leave(Peer& peer) {
    peer.away = true;
    ++cuts_;
  }
  void come_back(Peer& peer) {
    peer.client.connect();
    peer.away = false;
    hear_answer(peer);
  }
  void say(Peer& peer, const std::string& packet) {
    try {
      peer.client.raw().send(packet);
    } catch (const std::runtime_error&) {  // closed already
      leave(peer);
    }
  }
  void say_goodbye(Peer& peer) {
    say(peer, "1");
    peer.client.lose();
    peer.may_be_new = true;
    leave(peer);
  }
  void let_time_pass() {
    for (auto& peer : clients_) peer->may_be_new = peer->may_be_new || peer->away;
    clock_.advance(Milliseconds(120'001));
  }

  void hear_answer(Peer& peer) {
    bool recovered = false;
    try {
      recovered = peer.client.confirmed();
    } catch (const std::runtime_error&) {
      return leave(peer);
    }
    if (recovered) {
      ++recovered_;
    } else {
      ASSERT_TRUE(peer.may_be_new) << "client " << peer.number << " is new after " << cuts_ << " cuts";
      ++renewed_;
      peer.born = false;
      peer.begun = {};
      peer.next_own = 0;
    }
    peer.may_be_new = !peer.born;  // before the first event nothing can be recovered
    peer.abandoned.clear();
  }
  // A CONNECT of case 5's first connection may be taken late, and end the second one: then that is lost as well.
  void hear(Peer& peer) {
    while (!peer.client.raw().wire().is_quiet(0)) {
      try {
        hear_one(peer);
      } catch (const std::runtime_error&) {
        peer.client.lose();
        return leave(peer);
      }
    }
  }
  void hear_one(Peer& peer) {
    const std::string packet = peer.client.event();
    const json::Value event(std::string_view(packet).substr(1));
    const std::string name = event.at(0)->as_string().value();
    const auto number = [&](std::size_t index) {
      return static_cast<std::size_t>(event.at(index)->as_int64().value());
    };
    if (name == "born") {
      ASSERT_FALSE(peer.born);
      peer.born = true;
      peer.may_be_new = false;
      // What is emitted from now on is due; what was a moment ago may be.
      for (unsigned emitter = 0; emitter < kEmitters; ++emitter) {
        if (!peer.begun[emitter]) peer.next[emitter] = emitted_[emitter].size();
      }
    } else if (name == "own") {
      ASSERT_EQ(number(1), peer.next_own++) << "client " << peer.number;
    } else if (name == "n") {
      take(peer, static_cast<unsigned>(number(1)), number(2));
    } else if (name == "end") {
      peer.ended = true;
    } else {
      FAIL() << packet;
    }
  }
  void take(Peer& peer, unsigned emitter, std::size_t index) {
    ASSERT_TRUE(emitted_[emitter].at(index).is_for(peer.number)) << "client " << peer.number << " got " << index;
    const std::size_t due = next_due(emitter, peer.next[emitter], peer.number);
    if (peer.begun[emitter]) {
      ASSERT_EQ(index, due) << "client " << peer.number << ", emitter " << emitter;
    } else if (peer.born) {
      ASSERT_LE(index, due) << "client " << peer.number << ", emitter " << emitter;
    }
    peer.begun[emitter] = true;
    peer.next[emitter] = index + 1;
  }
  // The first one from `index` on that is for the client, as far as is known now.
  std::size_t next_due(unsigned emitter, std::size_t index, unsigned client) {
    while (index < emitted_[emitter].size() && !emitted_[emitter].at(index).is_for(client)) ++index;
    return index;
  }

  // Everybody is there, and hears all that is still to come.
  void finish() {
    for (unsigned shard = 0; shard < kShards; ++shard) {
      server_.on_shard(shard, [&] { emit(shard, {kRooms, kRooms}); });
    }
    for (auto& peer : clients_) {
      if (peer->away) come_back(*peer);
    }
    for (unsigned shard = 0; shard < kShards; ++shard) server_.on_shard(shard, [] {});
    nsp().all().emit("end");
    for (auto& peer : clients_) {
      while (!peer->ended && !testing::Test::HasFailure()) {
        hear(*peer);
        if (peer->away) come_back(*peer);
      }
      for (unsigned emitter = 0; emitter < kEmitters; ++emitter) {
        EXPECT_EQ(next_due(emitter, peer->next[emitter], peer->number), emitted_[emitter].size())
            << "client " << peer->number << ", emitter " << emitter;
      }
    }
  }

  std::mt19937 random_;
  TestClock clock_;
  std::array<Emitted, kEmitters> emitted_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::deque<Emitted::One> for_thread_;
  bool over_ = false;
  TestServer server_;
  std::vector<std::unique_ptr<Peer>> clients_;
  unsigned cuts_ = 0;
  unsigned recovered_ = 0;
  unsigned renewed_ = 0;
};

TEST(RecoveryRandom, NothingIsMissedDoubledOrReordered) {
  const unsigned seed = from_environment("RECOVERY_SEED", std::random_device{}());
  const unsigned cuts = from_environment("RECOVERY_CUTS", 1'500);
  SCOPED_TRACE("RECOVERY_SEED=" + std::to_string(seed));
  RandomRun run(seed);
  run.run(cuts);
  EXPECT_GT(run.recovered(), cuts / 3);
  EXPECT_GT(run.renewed(), kClients);
}

}  // namespace
}  // namespace sio::test
