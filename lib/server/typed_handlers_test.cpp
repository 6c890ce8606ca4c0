// Handlers with parameters of C++ types: what reaches them, what does not, and how they answer.
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>

#include "test_server.hpp"

namespace shapes {

struct Point {
  int x = 0;
  int y = 0;
  std::optional<std::string> label;
};
bool from_json(const sio::Input& in, Point& point) {
  return in.member("x", point.x) && in.member("y", point.y) && in.member("label", point.label);
}
void to_json(sio::Output& out, const Point& point) {
  out.begin_object().member("x", point.x).member("y", point.y).member("label", point.label).end_object();
}

// With binary data inside.
struct Picture {
  std::string name;
  sio::SharedBytes bytes;
};
bool from_json(const sio::Input& in, Picture& picture) {
  return in.member("name", picture.name) && in.member("bytes", picture.bytes);
}
void to_json(sio::Output& out, const Picture& picture) {
  out.begin_object().member("name", picture.name).member("bytes", picture.bytes).end_object();
}

}  // namespace shapes

namespace sio::test {
namespace {

void free_handler(Socket& socket, int number) { socket.emit("free", number); }

struct TypedHandlers : testing::Test {
  TypedHandlers() {
    Namespace& nsp = server.of("/");
    nsp.on("move", [](Socket& socket, int x, std::string_view name, std::optional<double> speed) {
      socket.emit("moved", x, name, speed);
    });
    nsp.on("all", [](Socket& socket, bool truth, std::uint8_t small, std::int64_t big, const std::string& text,
                     json::Value any) { socket.emit("all", truth, small, big, text, any); });
    nsp.on("lists",
           [](Socket& socket, const std::vector<int>& numbers, const std::map<std::string, std::vector<bool>>& named,
              std::vector<std::optional<std::string_view>> texts) {
             socket.emit("lists", numbers, named, texts.size(), texts.back().value_or("none"));
           });
    nsp.on("point", [](Socket& socket, const shapes::Point& point, const std::vector<shapes::Point>& more) {
      socket.emit("point", point, more);
    });
    nsp.on("picture", [](Socket& socket, const shapes::Picture& picture, const SharedBytes& extra) {
      socket.emit("picture", extra, picture);
    });
    nsp.on("nothing", [](Socket& socket) { socket.emit("nothing"); });
    nsp.on("free", free_handler);
    nsp.on("sum", [](Socket&, double a, double b, Ack ack) { ack(a + b); });
    nsp.on("twice", [](Socket&, Ack ack) {
      ack("first");
      EXPECT_FALSE(ack.wanted());
      ack("second");
    });
    nsp.on("wanted", [](Socket& socket, Ack ack) { socket.emit("wanted", ack.wanted()); });
    nsp.on("sync", [](Event& event) { event.acknowledge({}); });
  }
  std::string ask(SocketIoClient& client, const std::string& packet) {
    client.send(packet);
    return client.receive();
  }
  static std::string refusal(const std::string& sentence) {
    return R"([{"ok":false,"error":")" + sentence + R"(","code":"invalid_payload"}])";
  }

  Log log;
  TestServer server;
};

TEST_F(TypedHandlers, ArgumentsArriveAsWhatTheyAre) {
  server.start();
  SocketIoClient client(server.port());
  EXPECT_EQ(ask(client, R"(2["move",-3,"Ann",1.5])"), R"(2["moved",-3,"Ann",1.5])");
  EXPECT_EQ(ask(client, R"(2["move", 3 , "A\n\u00e9" , null ])"), R"(2["moved",3,"A\né",null])");
  EXPECT_EQ(ask(client, R"(2["move",0,""])"), R"(2["moved",0,"",null])");
  EXPECT_EQ(ask(client, R"(2["all",true,255,-9223372036854775808,"\ud83d\ude00",{"a": [1]}])"),
            R"(2["all",true,255,-9223372036854775808,"😀",{"a": [1]}])");
  EXPECT_EQ(ask(client, R"(2["lists",[1,2],{"a":[true,false],"b":[]},["x","\u0079"]])"),
            R"(2["lists",[1,2],{"a":[true,false],"b":[]},2,"y"])");
  EXPECT_EQ(ask(client, R"(2["lists",[],{},[null]])"), R"(2["lists",[],{},1,"none"])");
  EXPECT_EQ(ask(client, R"(2["nothing"])"), R"(2["nothing"])");
  EXPECT_EQ(ask(client, R"(2["free",7])"), R"(2["free",7])");
}

TEST_F(TypedHandlers, OwnTypesGoInAndOut) {
  server.start();
  SocketIoClient client(server.port());
  EXPECT_EQ(ask(client, R"(2["point",{"y":2,"x":1,"more":0},[{"x":3,"y":4,"label":"end"}]])"),
            R"(2["point",{"x":1,"y":2,"label":null},[{"x":3,"y":4,"label":"end"}]])");
}

TEST_F(TypedHandlers, BinaryDataIsFoundByItsPlaceholder) {
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(52-["picture",{"name":"cat","bytes":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}])");
  client.websocket().send_binary("zero");
  client.websocket().send_binary("one");
  EXPECT_EQ(client.receive(),
            R"(52-["picture",{"_placeholder":true,"num":0},{"name":"cat","bytes":{"_placeholder":true,"num":1}}])");
  EXPECT_EQ(client.websocket().receive().payload, "zero");
  EXPECT_EQ(client.websocket().receive().payload, "one");
  // In an event without binary data, what looks like a placeholder is none.
  EXPECT_EQ(ask(client, R"(25["picture",{"name":"","bytes":{"_placeholder":true,"num":0}},null])"),
            "35" + refusal("Argument 1 is of a wrong type."));
}

// Each: an event that asks for an acknowledgement, and what is wrong with it.
TEST_F(TypedHandlers, S7_ArgumentsThatDoNotFitAreRefusedAndTheConnectionStays) {
  server.start();
  SocketIoClient client(server.port());
  const std::pair<const char*, const char*> cases[] = {
      {R"(["move"])", "Argument 1 is missing."},
      {R"(["move",1])", "Argument 2 is missing."},
      {R"(["move",1,"a",1,2])", "At most 3 arguments are taken."},
      {R"(["nothing",null])", "At most 0 arguments are taken."},
      {R"(["move","1","a"])", "Argument 1 is of a wrong type."},
      {R"(["move",1.5,"a"])", "Argument 1 is of a wrong type."},
      {R"(["move",2147483648,"a"])", "Argument 1 is of a wrong type."},
      {R"(["move",-2147483649,"a"])", "Argument 1 is of a wrong type."},
      {R"(["move",null,"a"])", "Argument 1 is of a wrong type."},
      {R"(["move",1,2])", "Argument 2 is of a wrong type."},
      {R"(["move",1,"a","fast"])", "Argument 3 is of a wrong type."},
      {R"(["all",1,0,0,"",0])", "Argument 1 is of a wrong type."},
      {R"(["all",true,256,0,"",0])", "Argument 2 is of a wrong type."},
      {R"(["all",true,-1,0,"",0])", "Argument 2 is of a wrong type."},
      {R"(["all",true,0,9223372036854775808,"",0])", "Argument 3 is of a wrong type."},
      {R"(["lists",{},{},[null]])", "Argument 1 is of a wrong type."},
      {R"(["lists",[1,"2"],{},[null]])", "Argument 1 is of a wrong type."},
      {R"(["lists",[],[],[null]])", "Argument 2 is of a wrong type."},
      {R"(["lists",[],{"a":[0]},[null]])", "Argument 2 is of a wrong type."},
      {R"(["lists",[],{},[1]])", "Argument 3 is of a wrong type."},
      {R"(["point",{"x":1},[]])", "Argument 1 is of a wrong type."},
      {R"(["point",[1,2],[]])", "Argument 1 is of a wrong type."},
      {R"(["point",{"x":1,"y":2,"label":3},[]])", "Argument 1 is of a wrong type."},
      {R"(["point",{"x":1,"y":2},[{"x":1,"y":null}]])", "Argument 2 is of a wrong type."},
  };
  for (const auto& [event, sentence] : cases) {
    EXPECT_EQ(ask(client, std::string("29") + event), "39" + refusal(sentence)) << event;
    client.send(std::string("2") + event);  // nobody asked: no answer
  }
  EXPECT_EQ(ask(client, R"(21["sync"])"), "31[]");
}

TEST_F(TypedHandlers, S7_ApplicationDecidesAboutArgumentsThatDoNotFit) {
  server.of("/").on_invalid_arguments([](Event& event, const InvalidArguments& why) {
    event.socket().emit("error", event.name(), static_cast<int>(why.kind), why.index);
    if (event.name() == "free") throw std::runtime_error("planned");
  });
  server.of("/").on_handler_error([](Event& event) { event.socket().emit("internal", event.name()); });
  server.start();
  SocketIoClient client(server.port());
  EXPECT_EQ(ask(client, R"(25["move",1])"), R"(2["error","move",0,1])");
  EXPECT_EQ(ask(client, R"(25["nothing",1])"), R"(2["error","nothing",1,0])");
  EXPECT_EQ(ask(client, R"(25["free","7"])"), R"(2["error","free",2,0])");
  EXPECT_EQ(client.receive(), R"(2["internal","free"])");
}

TEST_F(TypedHandlers, AckAnswersOnceAndOnlyIfAsked) {
  server.start();
  SocketIoClient client(server.port());
  EXPECT_EQ(ask(client, R"(212["sum",1,2.5])"), "312[3.5]");
  EXPECT_EQ(ask(client, R"(213["twice"])"), R"(313["first"])");
  client.send(R"(2["sum",1,2])");
  client.send(R"(2["twice"])");
  EXPECT_EQ(ask(client, R"(2["wanted"])"), R"(2["wanted",false])");
  EXPECT_EQ(ask(client, R"(20["wanted"])"), R"(2["wanted",true])");
}

TEST_F(TypedHandlers, AckMayBeUsedLaterFromAnyThread) {
  std::optional<Ack> kept;
  server.of("/").on("keep", [&](Socket& socket, int, Ack ack) {
    EXPECT_EQ(ack.socket(), socket.ref());
    kept.emplace(std::move(ack));
    log.add("kept");
  });
  server.start();
  SocketIoClient client(server.port());
  for (const std::string id : {"1", "2", "3"}) {
    client.send("2" + id + R"(["keep",1])");
    log.next();
    Ack ack = std::move(*kept);
    if (id == "1") ack(id);
    if (id == "2") std::thread([&] { ack(id); }).join();
    if (id == "3") server.on_shard(1 - ack.socket().shard(), [&] { ack(id); });
    EXPECT_EQ(client.receive(), "3" + id + "[\"" + id + "\"]");
  }
  client.send(R"(24["keep",1])");
  log.next();
  client.send("1");
  client.connect("/");
  (*kept)("nobody is there");
  EXPECT_EQ(ask(client, R"(21["sync"])"), "31[]");
}

// on_handler_error() may answer what the handler has left unanswered, and only that.
TEST_F(TypedHandlers, S8_HandlerThatThrowsLeavesItsAnswerToTheErrorHandler) {
  std::optional<Ack> kept;
  Namespace& nsp = server.of("/");
  nsp.on("throw unused", [](Socket&, Ack) { throw std::runtime_error("planned"); });
  nsp.on("throw moved", [](Socket&, Ack ack) {
    const Ack moved = std::move(ack);
    throw std::runtime_error("planned");
  });
  nsp.on("throw used", [](Socket&, Ack ack) {
    ack(1);
    throw std::runtime_error("planned");
  });
  nsp.on("throw kept", [&](Socket&, Ack ack) {
    kept = std::move(ack);
    throw std::runtime_error("planned");
  });
  nsp.on_handler_error([](Event& event) { event.acknowledge(Arguments::of("internal")); });
  server.start();
  SocketIoClient client(server.port());
  EXPECT_EQ(ask(client, R"(21["throw unused"])"), R"(31["internal"])");
  EXPECT_EQ(ask(client, R"(22["throw moved"])"), R"(32["internal"])");
  EXPECT_EQ(ask(client, R"(23["throw used"])"), "33[1]");
  client.send(R"(24["throw kept"])");
  EXPECT_EQ(ask(client, R"(25["sync"])"), "35[]");
  (*kept)("late");
  EXPECT_EQ(client.receive(), R"(34["late"])");
}

TEST_F(TypedHandlers, HandlersGetAnEventsAckToo) {
  std::optional<Ack> kept;
  server.of("/").on("take", [&](Event& event) {
    kept = event.take_ack();
    EXPECT_FALSE(event.take_ack().wanted());
    event.acknowledge(Arguments::of("too late"));
    log.add("taken");
  });
  server.start();
  SocketIoClient client(server.port());
  client.send(R"(21["take"])");
  log.next();
  (*kept)(1, "two");
  EXPECT_EQ(client.receive(), R"(31[1,"two"])");
}

TEST(ArgumentValues, NumbersAreWrittenSoThatTheyReadBackTheSame) {
  const auto text = [](const auto&... values) { return Arguments::of(values...).list(); };
  EXPECT_EQ(text(0.1, 1e300, -2.5F, 3.0, 5e-324), "0.1,1e+300,-2.5,3,5e-324");
  EXPECT_EQ(text(std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()), "null,null");
  EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::int64_t>::min()),
            "18446744073709551615,-9223372036854775808");
  EXPECT_EQ(text(std::uint8_t{7}, 'a' == 'b', nullptr, Json{"[ ]"}, json::Value("{}"), "a\x1e"),
            R"(7,false,null,[ ],{},"a\u001e")");
  const std::string owned = "own";
  EXPECT_EQ(text(owned, std::string_view("view"), std::optional<int>(), std::optional<int>(4)),
            R"("own","view",null,4)");
}

TEST(CoroutineHandlers, TakeNothingThatEndsBeforeThem) {
  using detail::outlives_event;
  using detail::Types;
  static_assert(outlives_event(Types<Socket&>{}));
  static_assert(outlives_event(Types<Socket&, std::string, std::vector<int>, Ack>{}));
  static_assert(!outlives_event(Types<Socket&, const std::string&>{}));
  static_assert(!outlives_event(Types<Socket&, int, std::string&&>{}));
  static_assert(!outlives_event(Types<Socket&, std::string_view>{}));
  static_assert(!outlives_event(Types<Socket&, std::vector<json::Value>>{}));
}

template <class T>
concept Sendable = requires(const T& value) { Arguments::of(value); };

TEST(ArgumentValues, WhatIsNoValueDoesNotCompile) {
  struct Opaque {};
  static_assert(!Sendable<Opaque>);
  static_assert(!Sendable<char>);
  static_assert(!Sendable<int*>);
  static_assert(!Sendable<std::vector<Opaque>>);
  static_assert(Sendable<std::vector<std::map<std::string, std::optional<shapes::Point>>>>);
  static_assert(!Readable<Opaque> && !Readable<char> && !Readable<const char*> && !Readable<std::vector<Opaque>>);
  static_assert(Readable<std::vector<std::optional<shapes::Picture>>>);
}

}  // namespace
}  // namespace sio::test
