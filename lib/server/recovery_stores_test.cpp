// Recovery with a store of the application's own, with a log of its own instead, and what both cost in bytes.
#include <gtest/gtest.h>

#include <mutex>

#include "counting_new.hpp"
#include "test_recovery.hpp"

namespace sio::test {
namespace {

// Whose calls are seen by the test.
class SeenStore final : public RecoveryStore {
 public:
  explicit SeenStore(Log& log) : log_(log), memory_(RecoveryLimits{}) {}
  void append(LogPosition position, std::shared_ptr<const RecoverableEvent> event) override {
    log_.add("append " + std::to_string(position));
    memory_.append(position, std::move(event));
  }
  void visit_back(const Visitor& visitor) const override {
    memory_.visit_back([&](LogPosition position, const std::shared_ptr<const RecoverableEvent>& event) {
      log_.add("visit " + std::to_string(position));
      return visitor(position, event);
    });
  }
  LogPosition dropped_up_to() const override { return memory_.dropped_up_to(); }
  void keep(RecoverableSession session) override {
    log_.add("keep");
    memory_.keep(std::move(session));
  }
  const RecoverableSession* find(std::uint64_t key) const override { return memory_.find(key); }
  RecoverableSession take(std::uint64_t key) override {
    log_.add("take");
    return memory_.take(key);
  }
  std::vector<RecoverableSession> remove_expired(TimePoint) override { return {}; }  // keeps everything

 private:
  Log& log_;
  MemoryRecoveryStore memory_;
};

TEST(RecoveryStores, AStoreOfTheApplicationsOwnIsAsked) {
  Log calls;
  TestServer server(threads(1));
  Namespace& nsp = server.of("/own");
  greet(nsp);
  TestClock clock;
  RecoveryOptions options;
  options.clock = clock.reader();
  options.make_store = [&](std::string_view name) {
    EXPECT_EQ(name, "/own");
    return std::make_unique<SeenStore>(calls);
  };
  nsp.set_recovery(options);
  server.start();
  ReturningClient a(server.port(), "/own");
  a.confirmed();
  a.event();
  EXPECT_EQ(calls.next(), "append 1");
  a.lose();
  EXPECT_EQ(calls.next(), "keep");
  nsp.all().emit("missed");
  EXPECT_EQ(calls.next(), "append 2");
  ASSERT_TRUE(a.come_back());
  EXPECT_EQ(calls.next(), "take");
  EXPECT_EQ(calls.next(), "visit 2");
  EXPECT_EQ(a.event(), R"(2/own,["missed"])");
  // Whatever the store keeps, who comes too late is new.
  a.lose();
  EXPECT_EQ(calls.next(), "visit 1");
  EXPECT_EQ(calls.next(), "append 3");  // the second "hello"
  EXPECT_EQ(calls.next(), "keep");
  clock.advance(Milliseconds(120'001));
  EXPECT_FALSE(a.come_back());
}

TEST(RecoveryCopies, R4_OneCopyOfTheBytesForAllWhoGetThemAndForTheStore) {
  TestServer server(threads(2));
  server.of("/").set_recovery(RecoveryOptions{});
  server.start();
  std::vector<PollingClient> idle;
  for (int i = 0; i < 30; ++i) {
    idle.emplace_back(server.port());
    idle.back().post("40");
    idle.back().packets(1);
  }
  const std::string text(kLargeAllocation, 'x');
  const std::size_t before = allocations().large;
  server.of("/").all().emit("news", text);
  for (unsigned shard = 0; shard < 2; ++shard) server.on_shard(shard, [] {});
  EXPECT_LT(allocations().large - before, 10U);  // arguments, encoding, the shared bytes; not one for each of 30
  for (PollingClient& client : idle) EXPECT_GT(client.poll().body.size(), kLargeAllocation);
}

// ---- a log of the application's own

// Messages with growing ids; the offset is the last one's, the pid names the user: nothing of a session is stored.
TEST(RecoveryByTheApplication, NeedsNoStore) {
  const std::string id_of_anna = "id \"of\" anna";
  std::mutex mutex;
  std::vector<std::string> messages;
  TestServer server(threads(2));
  Namespace& nsp = server.of("/");
  nsp.use([&](ConnectRequest request) {
    const auto pid = request.auth().find("pid");
    const auto offset = request.auth().find("offset");
    if (!pid || !offset)
      return request.accept_as({.pid = "signed:anna", .sid = "", .recovered = false, .rooms = {"user anna"}});
    const auto known = static_cast<std::size_t>(std::stoul(offset->as_string().value()));
    request.accept_as({.pid = "signed:anna", .sid = id_of_anna, .recovered = true, .rooms = {"user anna", "vip"}},
                      std::make_unique<Name>("anna"), [&, known](Socket& socket) {
                        const std::lock_guard lock(mutex);
                        for (std::size_t id = known; id < messages.size(); ++id) {
                          socket.emit("message", messages[id], std::to_string(id + 1));
                        }
                      });
  });
  greet(nsp);
  nsp.on("who", [](Event& event) {
    event.acknowledge(
        Arguments::of(event.socket().id(), event.socket().in_room("user anna"), event.socket().in_room("vip")));
  });
  server.start();
  const auto send = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    messages.push_back(text);
    nsp.to("user anna").emit("message", text, std::to_string(messages.size()));
  };
  SocketIoClient a(server.port(), "");
  a.send("0");
  const std::string confirmation = a.receive();
  EXPECT_EQ(confirmation, R"(0{"sid":")" + sid_in(confirmation) + R"(","pid":"signed:anna"})");
  EXPECT_EQ(a.receive(), R"(2["hello",false,"nobody"])");
  send("one");
  EXPECT_EQ(a.receive(), R"(2["message","one","1"])");
  a.wire().reset();
  send("two");
  SocketIoClient b(server.port(), "");
  b.send(R"(0{"pid":"signed:anna","offset":"1"})");
  EXPECT_EQ(b.receive(), R"(0{"sid":"id \"of\" anna","pid":"signed:anna"})");
  EXPECT_EQ(b.receive(), R"(2["message","two","2"])");
  EXPECT_EQ(b.receive(), R"(2["hello",true,"anna"])");
  send("three");
  EXPECT_EQ(b.receive(), R"(2["message","three","3"])");
  nsp.to(id_of_anna).emit("to its id");
  EXPECT_EQ(b.receive(), R"(2["to its id"])");
  b.send(R"(21["who"])");
  EXPECT_EQ(b.receive(), R"(31["id \"of\" anna",true,true])");
}

// What waits for a shard when the server ends goes before what it refers to: here a request that is then refused.
TEST(RecoveryEnd, WhatWaitsForAShardIsDestroyedInTime) {
  ServerOptions options = threads(2);
  options.shutdown_timeout = Milliseconds(20);
  auto server = std::make_unique<TestServer>(options);
  Namespace& nsp = server->of("/");
  nsp.set_recovery(RecoveryOptions{});
  Log log;
  std::vector<ConnectRequest> held;
  std::mutex mutex;
  nsp.use([&](ConnectRequest request) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(request));
    log.add("held");
  });
  server->start();
  SocketIoClient a(server->port(), "");
  a.send("0");
  log.next();
  server->stop();
  held.back().next();
  for (int i = 0; i < 3; ++i) nsp.all().emit("nobody");
  held.clear();
  server.reset();
}

}  // namespace
}  // namespace sio::test
