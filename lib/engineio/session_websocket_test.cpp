#include "session_script.hpp"

namespace sio::eio::test {
namespace {

// ---- a session that began as WebSocket (connection 7)

// Part 3, 8.
TEST(EngineWebSocket, EchoTextAndBinary) {
  Script s{websocket_session()};
  s.on_message(echo);
  s.message(7, "4hello").expect("text hello", "send 7 4hello");
  s.binary_message(7, "\x01\x02").expect("binary \x01\x02", "send 7 \x01\x02");
  s.message(7, "4").expect("text ", "send 7 4");
  s.binary_message(7, "").expect("binary ", "send 7 ");
  s.replay_failing_each_step();
}

TEST(EngineWebSocket, EveryInvalidPacketEndsTheSession) {
  for (const std::string bad : {"", "abc", "2", "2probe", "7", "9", "bAQID", " 4"}) {
    SCOPED_TRACE(bad);
    Script s{websocket_session()};
    s.message(7, bad).expect("ended parse error", "close 7", "gone");
  }
}

TEST(EngineWebSocket, PacketsWithoutMeaningAreIgnored) {
  Script s{websocket_session()};
  s.message(7, "0").message(7, "5").message(7, "6").message(7, "3").message(7, "3probe").expect();
  s.message(7, "4a").expect("text a");
}

TEST(EngineWebSocket, CloseByClientEndsTheSession) {
  Script s{websocket_session()};
  s.message(7, "1").expect("ended transport close", "close 7", "gone");
}

TEST(EngineWebSocket, LosingTheConnectionEndsTheSession) {
  for (const auto reason : {DisconnectReason::transport_close, DisconnectReason::transport_error}) {
    Script s{websocket_session()};
    s.writable(false).send("4a").expect();
    s.lose(7, reason).expect("ended " + std::string(to_string(reason)), "gone");
  }
}

// What was queued before a close on purpose goes out first, though the socket was not writable: the driver decides how
// long it waits for it.
TEST(EngineWebSocket, CloseByServerLetsQueuedPacketsOut) {
  Script s{websocket_session()};
  s.writable(false).send("441").expect();
  s.close(DisconnectReason::server_namespace_disconnect)
      .expect("ended server namespace disconnect", "send 7 441", "close 7", "gone");
  s.replay_failing_each_step();
}

TEST(EngineWebSocket, AFaultDropsQueuedPackets) {
  Script s{websocket_session()};
  s.writable(false).send("4a").expect();
  s.message(7, "abc").expect("ended parse error", "close 7", "gone");
}

TEST(EngineWebSocket, MessagesOfOtherConnectionsAreIgnored) {
  Script s{websocket_session()};
  s.message(8, "4a").message(8, "abc").message(0, "4a").lose(8).lose(0).expect();
  EXPECT_TRUE(s.session().open());
}

TEST(EngineWebSocket, ASecondWebSocketIsRefused) {
  Script s{websocket_session()};
  s.open_probe(8).expect("refused 8");
  s.message(8, "2probe").expect();
  s.message(7, "4a").expect("text a");
}

// The checks of request.hpp refuse these before; a driver that asks late still gets an answer.
TEST(EngineWebSocket, PollingRequestsDoNoHarm) {
  Script s{websocket_session()};
  s.poll(1).expect(R"(answer 1 400 {"code":3,"message":"Bad request"})");
  s.begin_post(2).expect(R"(answer 2 400 {"code":3,"message":"Bad request"})");
  s.message(7, "4a").expect("text a");
}

// ---- upgrade from polling; 5 and 6 are WebSocket connections

// Part 3, 11.
TEST(EngineUpgrade, MovesToTheWebSocket) {
  Script s{polling_session()};
  s.on_message(echo);
  s.poll(1).open_probe(5).expect("probing 5");
  EXPECT_TRUE(s.session().upgrading());
  s.message(5, "2probe").expect("3probe 5", "answer 1 200 6");
  EXPECT_EQ(s.session().transport(), TransportKind::polling);
  s.message(5, "5").expect("switched 5");
  EXPECT_EQ(s.session().transport(), TransportKind::websocket);
  EXPECT_EQ(s.session().connection(), 5U);
  EXPECT_FALSE(s.session().upgrading());
  s.message(5, "4hello").expect("text hello", "send 5 4hello");
  s.poll(2).expect(R"(answer 2 400 {"code":3,"message":"Bad request"})");
  s.open_probe(6).expect("refused 6");
  s.message(5, "4still").expect("text still", "send 5 4still");
  s.replay_failing_each_step();
}

// Python upgrades before it polls at all.
TEST(EngineUpgrade, WorksWithoutAPoll) {
  Script s{polling_session()};
  s.open_probe(5).expect("probing 5");
  s.message(5, "2probe").expect("3probe 5");
  s.message(5, "5").expect("switched 5");
  s.replay_failing_each_step();
}

TEST(EngineUpgrade, PollingStaysTheTransportWhileProbing) {
  Script s{polling_session()};
  s.on_message(echo);
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.post(1, "4a").expect("text a", "answer 1 200 ok");
  s.poll(2).expect("answer 2 200 4a");  // packets, and no `6` in addition
  s.poll(3).expect("answer 3 200 6");   // and each later one
  s.poll(4).expect("answer 4 200 6");
  s.send("4b").expect();
  s.poll(5).expect("answer 5 200 4b");
  s.replay_failing_each_step();
}

TEST(EngineUpgrade, PollWaitsAsUsualUntilTheProbeIsAnswered) {
  Script s{polling_session()};
  s.open_probe(5).expect("probing 5");
  s.poll(1).expect();
  s.message(5, "2probe").expect("3probe 5", "answer 1 200 6");
}

TEST(EngineUpgrade, APollThatWaitsForPacketsIsAnsweredByThemNotByNoop) {
  Script s{polling_session()};
  s.poll(1).open_probe(5).expect("probing 5");
  s.turn([](Harness& h) {
     h.message(5, "2probe");
     h.send("4a");
   }).expect("3probe 5", "answer 1 200 4a");
}

TEST(EngineUpgrade, E3_PacketsBufferedMeanwhileGoFirstInOrder) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.send("4a").send_binary("\x01").send("4b").expect();
  s.turn([](Harness& h) {
     h.message(5, "5");
     h.send("4c");
   }).expect("switched 5", "send 5 4a", "send 5 \x01", "send 5 4b", "send 5 4c");
  s.replay_failing_each_step();
}

TEST(EngineUpgrade, E3_PollThatStillWaitsAtTheUpgradeGetsNoop) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.turn([](Harness& h) {  // poll and `5` in one turn, and a packet that must go to one of them only
     h.poll(1);
     h.send("4a");
     h.message(5, "5");
   })
      .expect("answer 1 200 6", "switched 5", "send 5 4a");
  s.replay_failing_each_step();
}

TEST(EngineUpgrade, E3_PostUnderWayAtTheUpgradeStillCounts) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").begin_post(1).expect("probing 5", "3probe 5");
  s.message(5, "5").expect("switched 5");
  s.post_body(1, "4a").expect("text a", "answer 1 200 ok");
  s.begin_post(2).expect(R"(answer 2 400 {"code":3,"message":"Bad request"})");
  s.message(5, "4b").expect("text b");
  s.replay_failing_each_step();
}

// Its messages are lost and the client cannot know which: going on would leave a hole.
TEST(EngineUpgrade, E3_PostLostAfterTheUpgradeEndsTheSession) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").begin_post(1).message(5, "5").expect("probing 5", "3probe 5", "switched 5");
  s.abort_post(1).expect("ended transport close", "close 5", "gone");
}

TEST(EngineUpgrade, E3_CloseByClientInThePostThatWasUnderWay) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").begin_post(1).message(5, "5").expect("probing 5", "3probe 5", "switched 5");
  s.post_body(1, "1").expect("ended transport close", "answer 1 200 ok", "close 5", "gone");
}

// A client that vanishes in mid-upgrade must not leave its session owned by two transports.
TEST(EngineUpgrade, E3_AbandonedProbeKeepsPolling) {
  for (const bool answered : {false, true}) {
    Script s{polling_session()};
    s.open_probe(5).expect("probing 5");
    if (answered) s.message(5, "2probe").expect("3probe 5");
    s.advance(9'999ms).expect();
    s.advance(1ms).expect("close 5");
    EXPECT_EQ(s.session().transport(), TransportKind::polling);
    s.poll(1).expect();
    s.send("4a").expect("answer 1 200 4a");
    s.open_probe(6).message(6, "2probe").message(6, "5").expect("probing 6", "3probe 6", "switched 6");
    s.replay_failing_each_step();
  }
}

TEST(EngineUpgrade, E3_LostProbeKeepsPollingAndMayBeTriedAgain) {
  for (const bool answered : {false, true}) {
    Script s{polling_session()};
    s.open_probe(5).expect("probing 5");
    if (answered) s.message(5, "2probe").expect("3probe 5");
    s.lose(5, DisconnectReason::transport_error).expect();
    s.poll(1).expect();  // waits: the noops are over
    s.advance(10s).expect();
    s.send("4a").expect("answer 1 200 4a");
    s.open_probe(6).expect("probing 6");
    s.message(6, "5").expect("close 6");  // the answer to the first probe does not count for the second
    s.replay_failing_each_step();
  }
}

TEST(EngineUpgrade, OtherFirstPacketsCloseTheProbeOnly) {
  for (const std::string bad : {"", "2", "2prob", "2probe ", "3probe", "4a", "5", "1", "abc"}) {
    SCOPED_TRACE(bad);
    Script s{polling_session()};
    s.poll(1).open_probe(5).expect("probing 5");
    s.message(5, bad).expect("close 5");
    s.message(5, "2probe").expect();
    s.send("4a").expect("answer 1 200 4a");
  }
  Script s{polling_session()};
  s.open_probe(5).binary_message(5, "2probe").expect("probing 5", "close 5");
}

TEST(EngineUpgrade, AfterTheProbeOnlyUpgradeIsTaken) {
  for (const std::string bad : {"", "2probe", "2", "4a", "6", "1", "abc"}) {
    SCOPED_TRACE(bad);
    Script s{polling_session()};
    s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
    s.message(5, bad).expect("close 5");
    s.poll(1).expect();
    s.open_probe(6).expect("probing 6");
  }
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").binary_message(5, "5").expect("probing 5", "3probe 5", "close 5");
}

TEST(EngineUpgrade, E3_SecondProbeIsRefusedAndTheFirstGoesOn) {
  Script s{polling_session()};
  s.open_probe(5).open_probe(6).expect("probing 5", "refused 6");
  s.message(6, "2probe").message(6, "5").lose(6).expect();
  s.message(5, "2probe").message(5, "5").expect("3probe 5", "switched 5");
}

TEST(EngineUpgrade, E3_SessionThatEndsClosesItsProbe) {
  const Script::Step ends[] = {
      [](Harness& h) { h.close(DisconnectReason::forced_close); },
      [](Harness& h) { h.close(DisconnectReason::parse_error); },
      [](Harness& h) {
        if (h.begin_post(10)) h.post_body(10, "1");
      },
      [](Harness& h) {
        if (h.begin_post(10)) h.post_body(10, "abc");
      },
      [](Harness& h) { h.begin_post(10, true); },
      [](Harness& h) {
        h.poll(10);
        h.poll(11);
      },
      [](Harness& h) { h.advance(45s); },
  };
  for (const auto& end : ends) {
    Config config;
    config.upgrade_timeout = 1h;
    Script s{polling_session(config)};
    s.open_probe(5).expect("probing 5");
    s.turn([&](Harness& h) {
      end(h);
      const auto events = h.take_events();
      EXPECT_THAT(events, testing::Contains("close 5"));
      EXPECT_FALSE(h.session().open());
    });
    s.message(5, "2probe").message(5, "5").lose(5).expect();
  }
}

// Clients poll no more once they have their `3probe`: what a poll would have fetched must reach them over the
// WebSocket.
TEST(EngineUpgrade, E3_UpgradeThatCrossesTheCloseByTheServerGetsWhatWasLeft) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.turn([](Harness& h) {
     h.send("441");
     h.close(DisconnectReason::server_namespace_disconnect);
   }).expect("ended server namespace disconnect");
  s.message(5, "5").expect("send 5 441", "close 5", "gone");
  s.replay_failing_each_step();
}

// Found by the simulation, seed 58141: a client takes an error for the end and reads no further.
TEST(EngineUpgrade, E3_UpgradeThatCrossesTheCloseByTheServerMakesNoErrorOfAPost) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").begin_post(1).expect("probing 5", "3probe 5");
  s.send("441").close(DisconnectReason::forced_close).expect("ended forced close");
  s.message(5, "5").expect("answer 1 200 ok", "send 5 441", "close 5", "gone");
  s.post_body(1, "4late").expect();
}

// The same after the upgrade: seed 75271.
TEST(EngineUpgrade, E3_CloseByTheServerMakesNoErrorOfAPostThatTheUpgradeLeftUnderWay) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").begin_post(1).message(5, "5");
  s.expect("probing 5", "3probe 5", "switched 5");
  s.turn([](Harness& h) {
     h.send("441");
     h.close(DisconnectReason::forced_close);
   }).expect("ended forced close", "answer 1 200 ok", "send 5 441", "close 5", "gone");
}

TEST(EngineUpgrade, E3_ProbeGoesWithThePollThatTellsTheEnd) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.send("4a").close(DisconnectReason::forced_close).expect("ended forced close");
  s.poll(1).expect("answer 1 200 4a");
  s.poll(2).expect("answer 2 200 1", "close 5", "gone");
  s.message(5, "5").expect();
}

TEST(EngineUpgrade, E3_ProbeIsNotKeptLongerThanItsTimeAfterTheCloseByTheServer) {
  Script s{polling_session()};
  s.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  s.send("4a").close(DisconnectReason::forced_close).expect("ended forced close");
  s.advance(10s).expect("close 5");
  s.poll(1).expect("answer 1 200 4a");
  s.advance(20s).expect("gone");

  Script lost{polling_session()};
  lost.open_probe(5).message(5, "2probe").expect("probing 5", "3probe 5");
  lost.close(DisconnectReason::forced_close).lose(5).expect("ended forced close");
  lost.poll(1).expect("answer 1 200 1", "gone");

  Script silent{polling_session()};
  silent.open_probe(5).send("4a").close(DisconnectReason::forced_close);
  silent.expect("probing 5", "ended forced close", "close 5");
}

TEST(EngineUpgrade, E3_UpgradeAfterTheEndIsRefused) {
  Script s{polling_session()};
  s.send("4a").close(DisconnectReason::forced_close).expect("ended forced close");
  s.open_probe(5).expect("refused 5");
  s.poll(1).expect("answer 1 200 4a");
  s.poll(2).expect("answer 2 200 1", "gone");
}

TEST(EngineUpgrade, IsRefusedWhereItIsNotAllowed) {
  Config config;
  config.allow_upgrade = false;
  Script s{polling_session(config)};
  s.open_probe(5).expect("refused 5");
  s.poll(1).send("4a").expect("answer 1 200 4a");
}

TEST(EngineUpgrade, OutboxCountsTheBytesOfItsTransport) {
  Script s{polling_session()};
  s.send_binary("12345").send("4ab").expect();
  EXPECT_EQ(s.session().outbox_bytes(), 1U + 8U + 3U);
  s.writable(false).open_probe(5).message(5, "2probe").message(5, "5").expect("probing 5", "3probe 5", "switched 5");
  EXPECT_EQ(s.session().outbox_bytes(), 5U + 3U);
  s.writable(true).expect("send 5 12345", "send 5 4ab");
  EXPECT_EQ(s.session().outbox_bytes(), 0U);
}

}  // namespace
}  // namespace sio::eio::test
