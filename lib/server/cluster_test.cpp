// Two servers as one, and what a server makes of messages that come from elsewhere.
#include <gtest/gtest.h>

#include <chrono>

#include "sio/server/in_process_cluster.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

using std::chrono_literals::operator""s;

// A server with a cluster, where clients may `join` rooms and `tell` others.
struct Node {
  explicit Node(ClusterAdapter& adapter) : server(threads(2)) {
    SocketIoOptions options;
    options.cluster = &adapter;
    server.server().serve_socket_io(options);
    Namespace& nsp = server.of("/");
    nsp.on("join", [](Socket& socket, const std::vector<std::string>& rooms, Ack ack) {
      for (const std::string& room : rooms) socket.join(room);
      ack();
    });
    nsp.on("sync", [](Socket&, Ack ack) { ack(); });
    nsp.on("tell", [](Socket& socket, const std::string& room) { socket.to(room).emit("told", socket.id()); });
    nsp.on_disconnect([this](Socket& socket, DisconnectReason) { left.add(socket.id()); });
    server.start();
    server.on_shard(0, [] {});  // it runs: what is emitted before that stays on its node
  }
  Namespace& nsp() { return server.of("/"); }

  Log left;
  TestServer server;
};

struct Cluster : testing::Test {
  Cluster() : adapter_a(cluster.make_adapter()), adapter_b(cluster.make_adapter()), a(*adapter_a), b(*adapter_b) {}

  static SocketIoClient client(Node& node, const std::string& rooms = {}) {
    SocketIoClient joined(node.server.port());
    if (!rooms.empty()) {
      joined.send(R"(21["join",[)" + rooms + "]]");
      EXPECT_EQ(joined.receive(), "31[]");
    }
    return joined;
  }
  // What one thread has published is in the mailboxes of the others by now; then everybody has it.
  static std::string until_end(SocketIoClient& client) {
    std::string seen;
    for (;;) {
      const std::string packet = client.receive();
      if (packet == R"(2["end"])") return seen;
      seen += packet;
    }
  }

  InProcessCluster cluster;
  std::unique_ptr<ClusterAdapter> adapter_a;
  std::unique_ptr<ClusterAdapter> adapter_b;
  Node a;
  Node b;
};

TEST_F(Cluster, EmissionsReachTheMembersOnAllNodesOnce) {
  SocketIoClient here = client(a, R"("x","z")");
  SocketIoClient there = client(b, R"("x","y")");
  SocketIoClient both = client(b, R"("x","z")");
  SocketIoClient stranger = client(b);
  a.nsp().to("x").to("z").emit("hello", 1, SharedBytes("blob"));
  a.nsp().all().emit("end");
  const std::string header = R"(51-["hello",1,{"_placeholder":true,"num":0}])";
  for (SocketIoClient* each : {&here, &there, &both}) {
    EXPECT_EQ(each->receive(), header);
    EXPECT_EQ(each->websocket().receive().payload, "blob");
    EXPECT_EQ(until_end(*each), "");
  }
  EXPECT_EQ(until_end(stranger), "");
}

TEST_F(Cluster, ExceptedRoomsAndSocketsCountOnAllNodes) {
  SocketIoClient here = client(a, R"("x")");
  SocketIoClient quiet_here = client(a, R"("x","quiet")");
  SocketIoClient there = client(b, R"("x")");
  SocketIoClient quiet_there = client(b, R"("x","quiet")");
  b.nsp().to("x").except("quiet").except(here.sid()).emit("hello");
  b.nsp().all().emit("end");
  EXPECT_EQ(until_end(here), "");
  EXPECT_EQ(until_end(quiet_here), "");
  EXPECT_EQ(until_end(there), R"(2["hello"])");
  EXPECT_EQ(until_end(quiet_there), "");
  // From a handler: the sender is excepted where it is, and is nobody elsewhere.
  here.send(R"(2["tell","x"])");
  EXPECT_EQ(there.receive(), R"(2["told",")" + here.sid() + R"("])");
  EXPECT_EQ(quiet_here.receive(), R"(2["told",")" + here.sid() + R"("])");
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(here), "");
}

TEST_F(Cluster, SocketIsFoundByItsIdFromEveryNode) {
  SocketIoClient here = client(a);
  SocketIoClient there = client(b);
  a.nsp().to(there.sid()).emit("hello");
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(here), "");
  EXPECT_EQ(until_end(there), R"(2["hello"])");
}

TEST_F(Cluster, LocalStaysOnItsNode) {
  SocketIoClient here = client(a);
  SocketIoClient there = client(b);
  a.nsp().all().local().emit("hello");
  a.nsp().all().local().join("x");
  a.nsp().all().local().disconnect();
  a.nsp().all().emit("end");
  EXPECT_EQ(here.receive(), R"(2["hello"])");
  EXPECT_EQ(here.receive(), "1");
  EXPECT_EQ(until_end(there), "");
  a.nsp().to("x").emit("hello");
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(there), "");
}

TEST_F(Cluster, JoinLeaveAndDisconnectReachAllNodes) {
  SocketIoClient here = client(a, R"("x")");
  SocketIoClient there = client(b, R"("x")");
  a.nsp().to("x").join("new");
  a.nsp().to("x").leave("x");
  a.nsp().to("new").emit("in new");
  a.nsp().to("x").emit("in x");
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(here), R"(2["in new"])");
  EXPECT_EQ(until_end(there), R"(2["in new"])");
  a.nsp().to("new").disconnect();
  EXPECT_EQ(here.receive(), "1");
  EXPECT_EQ(there.receive(), "1");
  EXPECT_EQ(b.left.next(), there.sid());
  there.connect("/");
  b.nsp().all().disconnect(true);
  EXPECT_EQ(there.receive(), "1");
  EXPECT_EQ(there.websocket().close_code(), 0U);
}

TEST_F(Cluster, OneThreadsEmissionsKeepTheirOrderEverywhere) {
  SocketIoClient here = client(a);
  SocketIoClient there = client(b);
  constexpr int kCount = 200;
  for (int i = 0; i < kCount; ++i) a.nsp().all().emit("n", i);
  for (SocketIoClient* each : {&here, &there}) {
    for (int i = 0; i < kCount; ++i) ASSERT_EQ(each->receive(), R"(2["n",)" + std::to_string(i) + "]");
  }
}

TEST_F(Cluster, VolatileEventsStayVolatileOnOtherNodes) {
  PollingClient there(b.server.port());
  there.post("40");
  there.packets(1);
  a.nsp().all().emit_volatile("volatile");
  for (unsigned shard = 0; shard < 2; ++shard) b.server.on_shard(shard, [] {});  // by now it came, and no poll waited
  a.nsp().all().emit("end");
  EXPECT_EQ(there.packets(1)[0], R"(42["end"])");
}

TEST_F(Cluster, NodeThatHasStoppedIsLeftOut) {
  SocketIoClient here = client(a);
  SocketIoClient there = client(b);
  there.wire().close();
  b.server.stop();
  a.nsp().all().emit("hello");
  EXPECT_EQ(here.receive(), R"(2["hello"])");
  b.nsp().all().emit("from nowhere");  // neither does it publish any more
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(here), "");
  here.wire().close();
}

TEST_F(Cluster, AcknowledgementsAreAskedForOnOneNode) {
  SocketIoClient here = client(a);
  SocketIoClient there = client(b);
  Log log;
  a.nsp().all().emit_with_ack("q", {}, 60s, [&](const BroadcastAnswers& all) {
    log.add(std::to_string(all.answers.size()) + " of " + std::to_string(all.answers.size() + all.missing));
  });
  const std::string question = here.receive();
  here.send("3" + question.substr(1, question.find('[') - 1) + "[]");
  EXPECT_EQ(log.next(), "1 of 1");
  a.nsp().all().emit("end");
  EXPECT_EQ(until_end(there), "");
}

// An adapter that keeps what it is given, and lets the test play the other nodes.
class Recorder final : public ClusterAdapter {
 public:
  void start(ClusterSink& sink) override {
    sink_ = &sink;
    calls.add("start");
  }
  void publish(const ClusterMessage& message) override {
    last = message;
    calls.add("publish");
  }
  void stop() override { calls.add("stop"); }
  ClusterSink& sink() { return *sink_; }

  Log calls;
  ClusterMessage last;

 private:
  ClusterSink* sink_ = nullptr;
};

TEST(ClusterAdapters, AreToldEverythingThatOthersNeed) {
  Recorder recorder;
  {
    Node node(recorder);
    EXPECT_EQ(recorder.calls.next(), "start");
    node.server.on_shard(0, [] {});  // it runs
    node.nsp().to("a").to("b").except("c").emit_volatile("event", 1, "two", SharedBytes("3"));
    EXPECT_EQ(recorder.calls.next(), "publish");
    EXPECT_EQ(recorder.last.kind, ClusterMessage::Kind::emit);
    EXPECT_EQ(recorder.last.nsp, "/");
    EXPECT_EQ(recorder.last.rooms, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(recorder.last.except, std::vector<std::string>{"c"});
    EXPECT_TRUE(recorder.last.droppable);
    EXPECT_EQ(recorder.last.event, "event");
    EXPECT_EQ(recorder.last.arguments.list(), R"(1,"two",{"_placeholder":true,"num":0})");
    EXPECT_EQ(recorder.last.arguments.attachments().at(0).view(), "3");
    node.nsp().all().leave("d");
    EXPECT_EQ(recorder.calls.next(), "publish");
    EXPECT_EQ(recorder.last.kind, ClusterMessage::Kind::leave);
    EXPECT_EQ(recorder.last.change, std::vector<std::string>{"d"});
    EXPECT_TRUE(recorder.last.rooms.empty());
    node.nsp().to("a").disconnect(true);
    EXPECT_EQ(recorder.calls.next(), "publish");
    EXPECT_EQ(recorder.last.kind, ClusterMessage::Kind::disconnect);
    EXPECT_TRUE(recorder.last.close_session);
  }
  EXPECT_EQ(recorder.calls.next(), "stop");
  EXPECT_TRUE(recorder.calls.empty());
}

TEST(ClusterAdapters, WhatComesInIsDeliveredAndNotPublishedAgain) {
  Recorder recorder;
  Node node(recorder);
  recorder.calls.next();
  SocketIoClient client(node.server.port());
  ClusterMessage message;
  message.event = "hello";
  message.arguments = Arguments::received("1, [2]", {});
  EXPECT_TRUE(recorder.sink().deliver(message));
  EXPECT_EQ(client.receive(), R"(2["hello",1, [2]])");
  message.kind = ClusterMessage::Kind::join;
  message.change = {"one", "two"};
  EXPECT_TRUE(recorder.sink().deliver(message));
  node.nsp().to("two").local().emit("in two");
  EXPECT_EQ(client.receive(), R"(2["in two"])");
  message.kind = ClusterMessage::Kind::disconnect;
  message.rooms = {client.sid()};
  EXPECT_TRUE(recorder.sink().deliver(message));
  EXPECT_EQ(client.receive(), "1");
  EXPECT_TRUE(recorder.calls.empty());
}

TEST(ClusterAdapters, EmissionsOfOthersMayAskForAcknowledgements) {
  Recorder recorder;
  Node node(recorder);
  SocketIoClient client(node.server.port());
  Log answers;
  ClusterMessage message;
  message.event = "q";
  EXPECT_TRUE(recorder.sink().deliver_with_ack(
      message, 60s, [&](const BroadcastAnswers& all) { answers.add(all.answers.at(0).text); }));
  const std::string question = client.receive();
  client.send("3" + question.substr(1, question.find('[') - 1) + R"(["yes"])");
  EXPECT_EQ(answers.next(), R"(["yes"])");
}

// X12 in the library's part: nothing from outside reaches clients unless it is what a server could have sent.
TEST(ClusterAdapters, ForgedMessagesAreRefused) {
  Recorder recorder;
  Node node(recorder);
  SocketIoClient client(node.server.port());
  const auto refusal = [&](auto&& change) {
    ClusterMessage message;
    message.event = "hello";
    change(message);
    const auto result = recorder.sink().deliver(message);
    return result.ok() ? std::string("delivered") : std::string(to_string(result.error()));
  };
  using M = ClusterMessage;
  EXPECT_EQ(refusal([](M& m) { m.nsp = "/other"; }), "unknown namespace");
  EXPECT_EQ(refusal([](M& m) { m.nsp = ""; }), "unknown namespace");
  EXPECT_EQ(refusal([](M& m) { m.rooms = {""}; }), "bad room");
  EXPECT_EQ(refusal([](M& m) { m.rooms = {"x", std::string(1'025, 'x')}; }), "bad room");
  EXPECT_EQ(refusal([](M& m) { m.except = {"\xFF"}; }), "bad room");
  EXPECT_EQ(refusal([](M& m) {
              m.kind = M::Kind::join;
              m.change = {""};
            }),
            "bad room");
  for (const char* name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    EXPECT_EQ(refusal([&](M& m) { m.event = name; }), "bad event name");
  }
  EXPECT_EQ(refusal([](M& m) { m.event = "\xC0\x80"; }), "bad event name");
  EXPECT_EQ(refusal([](M& m) { m.event = std::string(1'025, 'x'); }), "bad event name");
  for (const char* list : {"{", "1,", "],[", "1 2", "\"\x1e\"", "1e999", R"("\ud800")", R"({"a":1,"a":2})"}) {
    EXPECT_EQ(refusal([&](M& m) { m.arguments = Arguments::received(list, {}); }), "bad arguments") << list;
  }
  const auto with_bytes = [&](const char* list) {
    return refusal([&](M& m) { m.arguments = Arguments::received(list, {SharedBytes("0"), SharedBytes("1")}); });
  };
  const std::string good = R"([{"_placeholder":true,"num":1}],{"a":{"_placeholder":true,"num":0}})";
  for (const char* list :
       {R"({"_placeholder":true,"num":2},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1})",
        R"({"_placeholder":true,"num":-1},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1})",
        R"({"_placeholder":true,"num":"0"},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1})",
        R"({"_placeholder":true},{"_placeholder":true,"num":0},{"_placeholder":true,"num":1})",
        R"({"_placeholder":true,"num":0})", ""}) {
    EXPECT_EQ(with_bytes(list), "bad arguments") << list;
  }
  EXPECT_EQ(with_bytes(good.c_str()), "delivered");
  EXPECT_EQ(client.receive(), "52-[\"hello\"," + good + "]");  // nothing else came before
}

}  // namespace
}  // namespace sio::test
