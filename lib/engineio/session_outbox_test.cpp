#include "counting_new.hpp"
#include "session_script.hpp"

namespace sio::eio::test {
namespace {

Config small_outbox() {
  Config config;
  config.outbox_bytes_max = 10;
  config.outbox_packets_max = 3;
  return config;
}

TEST(EngineOutbox, R3_BytesUpToTheBoundAreKept) {
  for (const std::string last : {"4bcd", "4bcde"}) {
    Script s{polling_session(small_outbox())};
    s.send("4a234").send(last).expect();  // 9, 10 bytes
    EXPECT_TRUE(s.session().open());
    s.poll(1).expect("answer 1 200 4a234 | " + last);
  }
  Script s{polling_session(small_outbox())};
  s.send("4a234").expect();
  s.send("4bcdef").expect("ended slow consumer", "gone");
  EXPECT_FALSE(s.session().has_packets());
  EXPECT_EQ(s.session().outbox_bytes(), 0U);
}

TEST(EngineOutbox, R3_BinaryCountsAsItIsOnTheWire) {
  Script polling{polling_session(small_outbox())};
  polling.send_binary("123456").expect();  // b + 8
  polling.send("4").expect();
  polling.send("4").expect("ended slow consumer", "gone");
  Script websocket{websocket_session(small_outbox())};
  websocket.writable(false).send_binary("123456").send("4").send("4").expect();
  EXPECT_EQ(websocket.session().outbox_bytes(), 8U);
}

TEST(EngineOutbox, R3_PacketsUpToTheBoundAreKept) {
  Script s{websocket_session(small_outbox())};
  s.writable(false).send("4").send("4").send("4").expect();
  s.send("4").expect("ended slow consumer", "close 7", "gone");
}

TEST(EngineOutbox, R3_SlowConsumerWithAPollGetsClose) {
  Script s{polling_session(small_outbox())};
  s.poll(1).expect();
  s.send("4too long for it").expect("answer 1 200 1", "ended slow consumer", "gone");
}

TEST(EngineOutbox, R3_RoomComesBackWhenPacketsLeave) {
  Script s{polling_session(small_outbox())};
  for (RequestId id = 1; id < 10; ++id) {
    s.send("4a").send("4b").send("4c").expect();
    s.poll(id).expect("answer " + std::to_string(id) + " 200 4a | 4b | 4c");
  }
}

// A full outbox must not keep the heartbeat from going out, or a slow client could not live on.
TEST(EngineOutbox, PingIsNeverTooMuch) {
  Script s{websocket_session(small_outbox())};
  s.writable(false).send("4").send("4").send("4").advance(25s).expect();
  s.writable(true).expect("send 7 4", "send 7 4", "send 7 4", "send 7 2");
}

TEST(EngineOutbox, SlowConsumerInAHandlerEndsThePost) {
  Script s{polling_session(small_outbox())};
  s.on_message(echo);
  s.post(1,
         "4aa\x1e"
         "4bb\x1e"
         "4cc\x1e"
         "4dd\x1e"
         "4ee")
      .expect("text aa", "text bb", "text cc", "text dd", "ended slow consumer", "answer 1 400 ", "gone");
}

// One turn may bring more messages than a client that reads well can take in it; but not another turn as well.
TEST(EngineOutbox, R3_OneTurnMayGoBeyondTheBoundOfPackets) {
  const auto burst = [](int count) {
    return [count](Harness& h) {
      for (int i = 0; i < count; ++i) h.send("4");
    };
  };
  Script s{websocket_session(small_outbox())};
  s.writable(false).turn(burst(2)).turn(burst(6)).expect();
  EXPECT_EQ(s.session().waiting_packets(), 8U);
  EXPECT_FALSE(s.session().has_room({SharedBytes{"4"}}));
  s.send("4").expect("ended slow consumer", "close 7", "gone");
}

// Whoever takes as much as comes is not slow, however much is before it; less than the bound, and all is as before.
TEST(EngineOutbox, R3_WhoCatchesUpWithABurstMayTakeItsTime) {
  Config config = small_outbox();
  config.poll_packets_max = 1;
  Script s{polling_session(config)};
  s.turn([](Harness& h) {
     for (int i = 0; i < 6; ++i) h.send("4");
   }).expect();
  for (RequestId id = 1; id < 10; ++id) s.poll(id).expect("answer " + std::to_string(id) + " 200 4").send("4").expect();
  for (RequestId id = 10; id < 14; ++id) s.poll(id).expect("answer " + std::to_string(id) + " 200 4");
  EXPECT_EQ(s.session().waiting_packets(), 2U);
  s.turn([](Harness& h) {
     for (int i = 0; i < 6; ++i) h.send("4");
   }).expect();
  s.send("4").expect("ended slow consumer", "gone");
}

// The bound of bytes holds for one turn too.
TEST(EngineOutbox, R3_NoTurnGoesBeyondTheBoundOfBytes) {
  Script s{websocket_session(small_outbox())};
  s.writable(false);
  s.turn([](Harness& h) {
     for (int i = 0; i < 10; ++i) EXPECT_TRUE(h.send("4"));
     EXPECT_FALSE(h.send("4"));
   }).expect("ended slow consumer", "close 7", "gone");
}

// What was taken from the outbox and the kernel did not take waits all the same.
TEST(EngineOutbox, R3_WhatTheKernelDidNotTakeWaitsToo) {
  Script bytes{websocket_session(small_outbox())};
  bytes.writable(false);
  bytes.session().set_unsent(1, 7);
  bytes.send("4ab").expect();
  EXPECT_EQ(bytes.session().waiting_bytes(), 10U);
  EXPECT_EQ(bytes.session().waiting_packets(), 2U);
  bytes.send("4").expect("ended slow consumer", "close 7", "gone");

  Script packets{websocket_session(small_outbox())};
  packets.writable(false);
  packets.session().set_unsent(2, 3);
  packets.send("4").send("4").expect("ended slow consumer", "close 7", "gone");
}

// Droppable packets ----------------------------------------------------------------------------------------------

TEST(EngineOutbox, DroppablePacketNeedsAWaitingPoll) {
  Script s{polling_session()};
  s.turn([](Harness& h) { EXPECT_FALSE(h.send("4v", false, true)); }).expect();
  s.poll(1).expect();
  s.turn([](Harness& h) {
     EXPECT_TRUE(h.send("4v", false, true));
     EXPECT_TRUE(h.send("4w", false, true));
   }).expect("answer 1 200 4v | 4w");
}

// Behind sixteen others it would have to wait for the next poll.
TEST(EngineOutbox, DroppablePacketNeedsRoomInThePollsAnswer) {
  Config config;
  config.poll_packets_max = 2;
  Script s{polling_session(config)};
  s.poll(1).expect();
  s.turn([](Harness& h) {
     EXPECT_TRUE(h.send("4a"));
     EXPECT_TRUE(h.send("4v", false, true));
     EXPECT_FALSE(h.send("4w", false, true));
   }).expect("answer 1 200 4a | 4v");
}

TEST(EngineOutbox, DroppablePacketNeedsAWritableWebSocket) {
  Script s{websocket_session()};
  s.turn([](Harness& h) { EXPECT_TRUE(h.send("4v", false, true)); }).expect("send 7 4v");
  s.writable(false);
  s.turn([](Harness& h) {
    EXPECT_FALSE(h.send("4v", false, true));
    EXPECT_TRUE(h.send("4a"));
  });
  s.writable(true).expect("send 7 4a");
}

TEST(EngineOutbox, DroppablePacketsGoToPollsWhileProbing) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.turn([](Harness& h) { EXPECT_FALSE(h.send("4v", false, true)); }).expect();
}

// Order and memory -----------------------------------------------------------------------------------------------

TEST(EngineOutbox, OrderHoldsWhilePacketsComeAndGo) {
  Config config;
  Session session(config, TransportKind::websocket, 7, TimePoint{});
  Actions actions;
  int queued = 0;
  int taken = 0;
  Packet packet;
  const auto take = [&](int count) {
    for (int i = 0; i < count && session.take_packet(packet); ++i) {
      EXPECT_EQ(packet.bytes.view(), '4' + std::to_string(taken));
      ++taken;
    }
  };
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 7 + round % 5; ++i) {
      ASSERT_TRUE(session.send({SharedBytes{'4' + std::to_string(queued++)}}, true, TimePoint{}, actions));
    }
    take(3 + round % 9);
  }
  take(queued);
  EXPECT_EQ(taken, queued);
  EXPECT_FALSE(session.has_packets());
  EXPECT_EQ(session.outbox_bytes(), 0U);
}

// Ten thousand idle sessions are mostly their outboxes, if these keep what they once needed.
TEST(EngineOutbox, IdleSessionOwnsNoMemory) {
  Config config;
  for (const auto transport : {TransportKind::polling, TransportKind::websocket}) {
    const SharedBytes bytes{"4a"};
    Actions actions;
    actions.reserve(1'000);
    const std::size_t before = sio::test::allocations().live();
    Session session(config, transport, 0, TimePoint{});
    EXPECT_EQ(sio::test::allocations().live(), before);
    for (const int burst : {1, 2, 3, 5, 100, 1}) {
      for (int i = 0; i < burst; ++i) session.send({bytes}, true, TimePoint{}, actions);
      EXPECT_EQ(sio::test::allocations().live(), before + 1);
      for (RequestId id = 1; session.has_packets(); ++id) {
        Packet packet;
        if (!session.take_packet(packet)) session.on_poll(id, TimePoint{}, actions);
        session.flush(TimePoint{}, actions);
        actions.clear();
      }
      EXPECT_EQ(sio::test::allocations().live(), before);
    }
  }
}

TEST(EngineOutbox, SharesTheBytesWithOtherSessions) {
  Config config;
  Session session(config, TransportKind::websocket, 7, TimePoint{});
  Actions actions;
  const SharedBytes bytes{"4hello"};
  session.send({bytes}, true, TimePoint{}, actions);
  Packet packet;
  ASSERT_TRUE(session.take_packet(packet));
  EXPECT_EQ(packet.bytes.view().data(), bytes.view().data());
}

TEST(EngineOutbox, PollingSessionGivesNoPacketToAWebSocket) {
  Config config;
  Session session(config, TransportKind::polling, 0, TimePoint{});
  Actions actions;
  session.send({SharedBytes{"4a"}}, true, TimePoint{}, actions);
  Packet packet;
  EXPECT_FALSE(session.take_packet(packet));
  EXPECT_TRUE(session.has_packets());
}

}  // namespace
}  // namespace sio::eio::test
