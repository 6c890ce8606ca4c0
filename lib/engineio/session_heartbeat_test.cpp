#include "session_script.hpp"

namespace sio::eio::test {
namespace {

// Part 3, 9: three rounds, the poll's body is exactly `2`; then death 200 ms after the ping.
TEST(EngineHeartbeat, W6_PollingRoundsAndDeath) {
  Script s{polling_session(quick_config())};
  RequestId id = 1;
  for (int round = 0; round < 3; ++round) {
    s.poll(id).advance(299ms).expect();
    s.advance(1ms).expect("answer " + std::to_string(id) + " 200 2");
    s.advance(150ms).post(id + 1, "3").expect("answer " + std::to_string(id + 1) + " 200 ok");
    id += 2;
  }
  s.poll(id).advance(300ms).expect("answer " + std::to_string(id) + " 200 2");
  ++id;
  s.poll(id).advance(199ms).expect();
  s.advance(1ms).expect("answer " + std::to_string(id) + " 200 1", "ended ping timeout", "gone");
  s.replay_failing_each_step();
}

TEST(EngineHeartbeat, W6_WebSocketRoundsAndDeath) {
  Script s{websocket_session(quick_config())};
  for (int round = 0; round < 3; ++round) {
    s.advance(299ms).expect();
    s.advance(1ms).expect("send 7 2");
    s.advance(50ms).message(7, "3").expect();
  }
  s.advance(300ms).expect("send 7 2");
  s.advance(199ms).expect();
  s.advance(1ms).expect("ended ping timeout", "close 7", "gone");
  s.replay_failing_each_step();
}

TEST(EngineHeartbeat, W6_SessionNobodyPollsDiesOnTime) {
  Script s{polling_session(quick_config())};
  s.advance(499ms).expect();
  s.advance(1ms).expect("ended ping timeout", "gone");
}

// Exactly then: a poll at that instant must find it dead, though its timer has not been served yet.
TEST(EngineHeartbeat, PollAtTheDeadlineIsTooLate) {
  Script s{polling_session(quick_config())};
  s.advance(300ms).expect();
  s.turn([](Harness& h) {
     h.advance_without_timer(200ms);
     h.poll(1);
   }).expect(R"(answer 1 400 {"code":1,"message":"Session ID unknown"})", "ended ping timeout", "gone");
}

TEST(EngineHeartbeat, W6_OtherPacketsAreNoAnswer) {
  Script s{websocket_session(quick_config())};
  s.advance(300ms).expect("send 7 2");
  s.message(7, "4a").binary_message(7, "b").message(7, "6").expect("text a", "binary b");
  s.advance(200ms).expect("ended ping timeout", "close 7", "gone");
}

TEST(EngineHeartbeat, PongCountsUntilTheDeadline) {
  Script s{websocket_session(quick_config())};
  s.advance(300ms).expect("send 7 2");
  s.advance(199ms).message(7, "3").expect();
  s.advance(299ms).expect();
  s.advance(1ms).expect("send 7 2");
}

TEST(EngineHeartbeat, E5_UnaskedPongsDoNothing) {
  Script s{websocket_session(quick_config())};
  s.advance(100ms).message(7, "3").message(7, "3").expect();
  s.advance(199ms).expect();
  s.advance(1ms).expect("send 7 2");
  s.message(7, "3").message(7, "3").expect();  // the second was not asked for
  s.advance(299ms).message(7, "3").expect();
  s.advance(1ms).expect("send 7 2");
}

// A pong for a ping that no poll has fetched can be no answer to it; were it one, pings would pile up in the outbox.
TEST(EngineHeartbeat, E5_PongBeforeItsPingWasFetchedDoesNothing) {
  Script s{polling_session(quick_config())};
  s.advance(300ms).post(1, "3").expect("answer 1 200 ok");
  s.advance(199ms).expect();
  s.advance(1ms).expect("ended ping timeout", "gone");
}

TEST(EngineHeartbeat, E5_FloodOfControlPacketsEndsTheSession) {
  for (const std::string packet : {"3", "0", "5", "6"}) {
    Script s{websocket_session()};
    for (int second = 0; second < 3; ++second) {
      for (int i = 0; i < 20; ++i) s.message(7, packet).expect();
      s.advance(1s).expect();
    }
    for (int i = 0; i < 20; ++i) s.message(7, packet).expect();
    s.message(7, packet).expect("ended flood", "close 7", "gone");
  }
  Script s{polling_session()};
  std::string body = "6";
  for (int i = 0; i < 20; ++i)
    body +=
        "\x1e"
        "6";
  s.post(1, body).expect("ended flood", "answer 1 400 ", "gone");
}

TEST(EngineHeartbeat, E5_ControlFramesCountLikeControlPackets) {
  Script s{websocket_session()};
  s.turn([](Harness& h) {
     for (int i = 0; i < 30; ++i) h.control_frame(8);  // of nobody
     for (int i = 0; i < 20; ++i) h.control_frame(7);
   }).expect();
  s.message(7, "3").expect("ended flood", "close 7", "gone");
}

// Answers to pings are no flood, however short the interval.
TEST(EngineHeartbeat, E5_AnswersDoNotCount) {
  Config config;
  config.ping_interval = 10ms;
  config.ping_timeout = 10ms;
  Script s{websocket_session(config)};
  for (int i = 0; i < 50; ++i) s.advance(10ms).message(7, "3").expect("send 7 2");
}

TEST(EngineHeartbeat, GoesOnAcrossAnUpgrade) {
  Script s{polling_session()};
  s.poll(1).advance(25s).expect("answer 1 200 2");
  s.open_probe(5).message(5, "2probe").message(5, "5").expect("probing 5", "3probe 5", "switched 5");
  s.advance(19'999ms).message(5, "3").expect();
  s.advance(24'999ms).expect();
  s.advance(1ms).expect("send 5 2");
  s.advance(20s).expect("ended ping timeout", "close 5", "gone");
  s.replay_failing_each_step();
}

TEST(EngineHeartbeat, PingThatNoPollFetchedGoesOverTheWebSocket) {
  Script s{polling_session()};
  s.advance(25s).expect();
  s.open_probe(5).message(5, "2probe").message(5, "5").expect("probing 5", "3probe 5", "switched 5", "send 5 2");
  s.message(5, "3").expect();
  s.advance(24'999ms).expect();
  s.advance(1ms).expect("send 5 2");
}

TEST(EngineHeartbeat, PingGoesToPollsWhileProbing) {
  Script s{polling_session()};
  s.advance(24s).open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.advance(1s).expect();
  s.poll(1).expect("answer 1 200 2");
}

TEST(EngineHeartbeat, NoPingAfterTheEnd) {
  Script s{polling_session()};
  s.advance(24s).close(DisconnectReason::forced_close).expect("ended forced close");
  s.advance(29s).expect();
  s.poll(1).expect("answer 1 200 1", "gone");
}

// Timers that are each a little late do not add up to a death that is late twice.
TEST(EngineHeartbeat, SmallDelaysOfTimersDoNotAddUp) {
  Script s{polling_session(quick_config())};
  s.turn([](Harness& h) { h.advance_late(310ms); }).expect();
  s.advance(189ms).expect();
  s.advance(1ms).expect("ended ping timeout", "gone");
}

// After a long stall the client must still have its time to answer.
TEST(EngineHeartbeat, AfterALongStallTheClientKeepsNineTenthsOfItsTime) {
  Script s{websocket_session(quick_config())};
  s.turn([](Harness& h) { h.advance_late(5s); }).expect("send 7 2");
  s.advance(179ms).expect();
  s.advance(1ms).expect("ended ping timeout", "close 7", "gone");
}

TEST(EngineHeartbeat, DeadlineIsTheNextThingThatIsDue) {
  Config config;
  Session session(config, TransportKind::polling, 0, TimePoint{});
  Actions actions;
  EXPECT_EQ(session.deadline(), TimePoint{} + 25s);
  ASSERT_TRUE(session.on_probe_opened(5, TimePoint{} + 1s, actions));
  EXPECT_EQ(session.deadline(), TimePoint{} + 11s);
  session.on_timer(TimePoint{} + 10s, actions);  // early: nothing
  EXPECT_EQ(session.deadline(), TimePoint{} + 11s);
  session.on_websocket_closed(5, DisconnectReason::transport_close, TimePoint{} + 10s, actions);
  EXPECT_EQ(session.deadline(), TimePoint{} + 25s);
  session.on_timer(TimePoint{} + 25s, actions);
  EXPECT_EQ(session.deadline(), TimePoint{} + 45s);
  session.close(DisconnectReason::forced_close, TimePoint{} + 30s, actions);
  EXPECT_EQ(session.deadline(), TimePoint{} + 60s);
  session.on_timer(TimePoint{} + 60s, actions);
  EXPECT_EQ(session.deadline(), kNever);
}

}  // namespace
}  // namespace sio::eio::test
