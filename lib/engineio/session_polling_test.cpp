#include "session_script.hpp"

namespace sio::eio::test {
namespace {

// Part 3, 4: what a client sends comes back in one body, in order.
TEST(EnginePolling, EchoComesWithTheNextPollInOneBody) {
  Script s{polling_session()};
  s.on_message(echo);
  s.post(1, "4hello").expect("text hello", "answer 1 200 ok");
  s.poll(2).expect("answer 2 200 4hello");
  s.post(3,
         "4test1\x1e"
         "4test2\x1e"
         "4test3")
      .expect("text test1", "text test2", "text test3", "answer 3 200 ok");
  s.poll(4).expect("answer 4 200 4test1 | 4test2 | 4test3");
  s.post(5,
         "4hello\x1e"
         "bAQIDBA==")
      .expect("text hello", "binary \x01\x02\x03\x04", "answer 5 200 ok");
  s.poll(6).expect("answer 6 200 4hello | bAQIDBA==");
  s.replay_failing_each_step();
}

TEST(EnginePolling, PollWaitsUntilThereIsAPacket) {
  Script s{polling_session()};
  s.poll(1).expect();
  EXPECT_TRUE(s.session().poll_waiting());
  s.turn([](Harness& h) {
     h.send("4a");
     h.send("4b");
   }).expect("answer 1 200 4a | 4b");
  EXPECT_FALSE(s.session().poll_waiting());
  s.replay_failing_each_step();
}

TEST(EnginePolling, APacketGoesOutOnce) {
  Script s{polling_session()};
  s.send("4a").expect();
  s.poll(1).expect("answer 1 200 4a");
  s.poll(2).expect();
  s.send("4b").expect("answer 2 200 4b");
}

// The Python client gives up on a body of more than 16 packets.
TEST(EnginePolling, ABodyHoldsAtMostSixteenPackets) {
  Script s{polling_session()};
  s.turn([](Harness& h) {
    for (char c = 'a'; c < 'a' + 18; ++c) h.send(std::string("4") + c);
  });
  s.poll(1).expect("answer 1 200 4a | 4b | 4c | 4d | 4e | 4f | 4g | 4h | 4i | 4j | 4k | 4l | 4m | 4n | 4o | 4p");
  s.poll(2).expect("answer 2 200 4q | 4r");
  s.replay_failing_each_step();
}

// Overlap --------------------------------------------------------------------------------------------------------

TEST(EnginePolling, E2_OverlappingPollsEndTheSession) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.poll(2).expect("answer 2 400 ", "answer 1 200 1", "ended overlapping request", "gone");
  s.replay_failing_each_step();
}

// A poll that has its answer but not yet been flushed does not wait any more.
TEST(EnginePolling, E2_PollAfterAnAnsweredOneInTheSameTurnIsNoOverlap) {
  Script s{polling_session()};
  s.turn([](Harness& h) {
     h.send("4a");
     h.poll(1);
     h.poll(2);
   }).expect("answer 1 200 4a");
  EXPECT_TRUE(s.session().poll_waiting());
  s.replay_failing_each_step();
}

TEST(EnginePolling, E2_OverlappingPostsEndTheSession) {
  Script s{polling_session()};
  s.poll(1).begin_post(2).expect();
  s.begin_post(3).expect("answer 3 400 ", "answer 1 200 1", "ended overlapping request", "answer 2 400 ", "gone");
  s.post_body(2, "4late").expect();
  s.replay_failing_each_step();
}

TEST(EnginePolling, E2_PostAfterAPostIsNoOverlap) {
  Script s{polling_session()};
  s.post(1, "4a").expect("text a", "answer 1 200 ok");
  s.post(2, "4b").expect("text b", "answer 2 200 ok");
}

TEST(EnginePolling, E2_PollAndPostGoTogether) {
  Script s{polling_session()};
  s.on_message(echo);
  s.poll(1).begin_post(2).expect();
  s.post_body(2, "4a").expect("text a", "answer 2 200 ok", "answer 1 200 4a");
  s.replay_failing_each_step();
}

// Lost requests --------------------------------------------------------------------------------------------------

TEST(EnginePolling, DroppedPollEndsTheSession) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.abort_poll(1).expect("ended transport close", "gone");
}

// The connection of a poll that has its answer may close at any time.
TEST(EnginePolling, DroppingAnAnsweredPollDoesNothing) {
  Script s{polling_session()};
  s.poll(1).send("4a").expect("answer 1 200 4a");
  s.abort_poll(1).expect();
  s.poll(2).abort_poll(1).expect();
  EXPECT_TRUE(s.session().poll_waiting());
}

TEST(EnginePolling, PostLostInItsBodyEndsTheSession) {
  Script s{polling_session()};
  s.poll(1).begin_post(2).expect();
  s.abort_post(2).expect("answer 1 200 1", "ended transport close", "gone");
}

TEST(EnginePolling, DroppingAnAnsweredPostDoesNothing) {
  Script s{polling_session()};
  s.post(1, "4a").expect("text a", "answer 1 200 ok");
  s.abort_post(1).expect();
  s.begin_post(2).abort_post(1).expect();
  s.post_body(2, "4b").expect("text b", "answer 2 200 ok");
}

// POST bodies ----------------------------------------------------------------------------------------------------

TEST(EnginePolling, OctetStreamEndsTheSession) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.begin_post(2, true).expect("answer 2 400 ", "answer 1 200 1", "ended parse error", "gone");
}

TEST(EnginePolling, TooLargeBodyIsRefusedAndTheSessionStays) {
  Script s{polling_session()};
  s.poll(1).begin_post(2).expect();
  s.post_too_large(2).expect("answer 2 413 ");
  s.post(3, "4a").expect("text a", "answer 3 200 ok");
  s.replay_failing_each_step();
}

TEST(EnginePolling, EveryInvalidPacketEndsTheSessionAfterThoseBeforeIt) {
  for (const std::string bad :
       {"", "abc", "2", "2probe", "7", "8x", "9", " 4", "b*", "bAQ", "bAQ=", "bAR==", "B", "4\xFF", "4\xED\xA0\x80",
        "\xEF\xBB\xBF"
        "4",
        "bAQIDBA== ", "bAQ==AQ=="}) {
    SCOPED_TRACE(bad);
    Script s{polling_session()};
    s.poll(1).expect();
    s.post(2, "4before\x1e" + bad +
                  "\x1e"
                  "4after")
        .expect("text before", "answer 1 200 1", "ended parse error", "answer 2 400 ", "gone");
  }
}

TEST(EnginePolling, PacketsWithoutMeaningAreIgnored) {
  Script s{polling_session()};
  s.post(1,
         "0{}\x1e"
         "5\x1e"
         "6\x1e"
         "3\x1e"
         "4a\x1e"
         "4\x1e"
         "b")
      .expect("text a", "text ", "binary ", "answer 1 200 ok");
}

TEST(EnginePolling, E4_CountIsLookedAtBeforeAnythingIsHandled) {
  const auto body = [](std::size_t packets) {
    std::string text = "4";
    for (std::size_t i = 1; i < packets; ++i)
      text +=
          "\x1e"
          "4";
    return text;
  };
  for (const std::size_t packets : {4'095U, 4'096U}) {
    std::size_t messages = 0;
    Script s{polling_session()};
    s.on_message([&](Harness&, const Incoming&) { ++messages; });
    s.turn([&](Harness& h) {
      h.begin_post(1);
      h.post_body(1, body(packets));
      EXPECT_EQ(h.take_events().back(), "answer 1 200 ok");
    });
    EXPECT_EQ(messages, packets);
  }
  for (const std::size_t packets : {4'097U, 50'000U}) {
    Script s{polling_session()};
    s.poll(1).expect();
    s.post(2, body(packets)).expect("answer 1 200 1", "ended flood", "answer 2 400 ", "gone");
  }
}

// The end by the client -------------------------------------------------------------------------------------------

// Part 3, 10.
TEST(EnginePolling, CloseByClientEndsAWaitingPollWithNoop) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.post(2,
         "4\x1e"
         "1\x1e"
         "4dropped\x1e"
         "abc")
      .expect("text ", "answer 1 200 6", "ended transport close", "answer 2 200 ok", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseByClientWithoutAPollLeavesOneMorePoll) {
  Script s{polling_session()};
  s.send("4never").expect();
  s.post(1, "1").expect("ended transport close", "answer 1 200 ok");
  EXPECT_FALSE(s.session().gone());
  s.advance(999ms).expect();
  s.poll(2).expect("answer 2 200 6", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseByClientIsForgottenAfterItsGrace) {
  Script s{polling_session()};
  s.post(1, "1").expect("ended transport close", "answer 1 200 ok");
  s.begin_post(2).expect(R"(answer 2 400 {"code":1,"message":"Session ID unknown"})");
  s.open_probe(5).expect("refused 5");
  s.advance(1'000ms).expect("gone");
}

// The end by the server -------------------------------------------------------------------------------------------

// Both in one body would make socket.io-client 4.5 and later come back: it handles the `1` before the `41`.
TEST(EnginePolling, CloseByServerGivesTheWaitingPollWhatIsQueuedAndTheNextOneClose) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.turn([](Harness& h) {
     h.send("441");
     h.close(DisconnectReason::server_namespace_disconnect);
   }).expect("ended server namespace disconnect", "answer 1 200 441");
  s.poll(2).expect("answer 2 200 1", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseByServerWithoutPacketsGivesTheWaitingPollClose) {
  Script s{polling_session()};
  s.poll(1).close(DisconnectReason::forced_close).expect("ended forced close", "answer 1 200 1", "gone");
}

TEST(EnginePolling, CloseByServerKeepsItsPacketsForTheNextPolls) {
  Script s{polling_session()};
  s.turn([](Harness& h) {
     for (char c = 'a'; c < 'a' + 17; ++c) h.send(std::string("4") + c);
     h.close(DisconnectReason::server_shutting_down);
     h.send("4too late");
   }).expect("ended server shutting down");
  s.advance(29'999ms).expect();
  s.poll(1).expect("answer 1 200 4a | 4b | 4c | 4d | 4e | 4f | 4g | 4h | 4i | 4j | 4k | 4l | 4m | 4n | 4o | 4p");
  s.poll(2).expect("answer 2 200 4q");
  s.poll(3).expect("answer 3 200 1", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseDoesNotMakeABodyLongerThanSixteen) {
  Script s{polling_session()};
  s.poll(1).expect();
  s.turn([](Harness& h) {
     for (char c = 'a'; c < 'a' + 16; ++c) h.send(std::string("4") + c);
     h.close(DisconnectReason::forced_close);
   })
      .expect("ended forced close",
              "answer 1 200 4a | 4b | 4c | 4d | 4e | 4f | 4g | 4h | 4i | 4j | 4k | 4l | 4m | 4n | 4o | 4p");
  s.poll(2).expect("answer 2 200 1", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseByServerIsForgottenAfterItsGrace) {
  Script s{polling_session()};
  s.send("4a").close(DisconnectReason::forced_close).expect("ended forced close");
  s.advance(29'999ms).expect();
  s.advance(1ms).expect("gone");
}

// A timer that comes late must not let a poll in.
TEST(EnginePolling, PollAtTheEndOfTheGraceIsTooLate) {
  Script s{polling_session()};
  s.send("4a").close(DisconnectReason::forced_close).expect("ended forced close");
  s.turn([](Harness& h) {
     h.advance_without_timer(30s);
     h.poll(1);
   }).expect(R"(answer 1 400 {"code":1,"message":"Session ID unknown"})", "gone");
}

// A client that was not told yet goes on sending: an error would make it drop the packets that wait for its poll.
TEST(EnginePolling, PostsAfterTheCloseByTheServerAreAnsweredUnread) {
  Script s{polling_session()};
  s.turn([](Harness& h) {
     h.begin_post(1);
     h.send("441");
     h.close(DisconnectReason::forced_close);
   }).expect("ended forced close");
  s.post_body(1,
              "4dropped\x1e"
              "abc")
      .expect("answer 1 200 ok");
  s.post(2, "4dropped").expect("answer 2 200 ok");
  s.begin_post(3).begin_post(4).expect("answer 4 400 ");
  s.abort_post(3).expect();
  s.begin_post(5, true).expect("answer 5 400 ");
  s.poll(6).expect("answer 6 200 441");
  s.poll(7).expect("answer 7 200 1", "gone");
  s.replay_failing_each_step();
}

// Found by the simulation: refused at once, its error would overtake the answer of the poll at the client, which would
// then never see what was queued.
TEST(EnginePolling, PostUnderWayAtTheCloseByTheServerIsWaitedFor) {
  const std::string unknown = R"( 400 {"code":1,"message":"Session ID unknown"})";
  const auto closing = [&](Script& s) {
    s.poll(1).begin_post(2).close(DisconnectReason::forced_close).expect("ended forced close", "answer 1 200 1");
    s.poll(3).begin_post(4).expect("answer 3" + unknown, "answer 4" + unknown);
  };
  Script s{polling_session()};
  closing(s);
  s.post_body(2, "4a").expect("answer 2 200 ok", "gone");
  s.replay_failing_each_step();
  Script too_large{polling_session()};
  closing(too_large);
  too_large.post_too_large(2).expect("answer 2 413 ", "gone");
  Script lost{polling_session()};
  closing(lost);
  lost.abort_post(2).expect("gone");
  Script stalled{polling_session()};
  closing(stalled);
  stalled.advance(30s).expect("answer 2 400 ", "gone");
}

TEST(EnginePolling, EndOfTheServersOwnWillKeepsWhatIsQueued) {
  for (const auto reason : {DisconnectReason::forced_close, DisconnectReason::server_namespace_disconnect,
                            DisconnectReason::client_namespace_disconnect, DisconnectReason::server_shutting_down,
                            DisconnectReason::connect_timeout}) {
    Script s{polling_session()};
    s.send("4a").close(reason).expect("ended " + std::string(to_string(reason)));
    s.poll(1).expect("answer 1 200 4a");
    s.poll(2).expect("answer 2 200 1", "gone");
  }
}

TEST(EnginePolling, FaultFoundByTheLayerAboveEndsAtOnce) {
  for (const auto reason : {DisconnectReason::parse_error, DisconnectReason::flood, DisconnectReason::slow_consumer,
                            DisconnectReason::overlapping_request, DisconnectReason::ping_timeout,
                            DisconnectReason::transport_close, DisconnectReason::transport_error}) {
    const std::string ended = "ended " + std::string(to_string(reason));
    Script waiting{polling_session()};
    waiting.poll(1).send("4a").expect("answer 1 200 4a");
    waiting.poll(2).close(reason).expect("answer 2 200 1", ended, "gone");
    Script nobody{polling_session()};
    nobody.send("4a").close(reason).expect(ended, "gone");
  }
}

// Closing while a POST is handled ---------------------------------------------------------------------------------

TEST(EnginePolling, CloseInAHandlerDropsTheRestOfThePost) {
  Script s{polling_session()};
  s.on_message([](Harness& h, const Incoming&) {
    h.send("4bye");
    h.close(DisconnectReason::forced_close);
  });
  s.poll(1).expect();
  s.post(2,
         "4a\x1e"
         "4b\x1e"
         "abc")
      .expect("text a", "ended forced close", "answer 2 200 ok", "answer 1 200 4bye");
  s.poll(3).expect("answer 3 200 1", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, CloseInAHandlerWithoutAPollLingers) {
  Script s{polling_session()};
  s.on_message([](Harness& h, const Incoming&) { h.close(DisconnectReason::forced_close); });
  s.post(1,
         "4a\x1e"
         "4b")
      .expect("text a", "ended forced close", "answer 1 200 ok");
  s.poll(2).expect("answer 2 200 1", "gone");
  s.replay_failing_each_step();
}

TEST(EnginePolling, FaultInAHandlerAnswersThePostWith400) {
  Script s{polling_session()};
  s.on_message([](Harness& h, const Incoming&) { h.close(DisconnectReason::parse_error); });
  s.poll(1).expect();
  s.post(2,
         "4a\x1e"
         "4b")
      .expect("text a", "answer 1 200 1", "ended parse error", "answer 2 400 ", "gone");
}

// A gone session -------------------------------------------------------------------------------------------------

TEST(EnginePolling, NothingHappensToASessionThatIsGone) {
  Config config;
  Session session(config, TransportKind::polling, 0, TimePoint{});
  Actions actions;
  session.close(DisconnectReason::parse_error, TimePoint{}, actions);
  ASSERT_TRUE(session.gone());
  actions.clear();
  std::string scratch;
  EXPECT_FALSE(session.send({SharedBytes{"4a"}}, true, TimePoint{}, actions));
  session.close(DisconnectReason::forced_close, TimePoint{}, actions);
  session.flush(TimePoint{}, actions);
  session.on_poll_aborted(1, TimePoint{}, actions);
  session.on_post_too_large(1, actions);
  session.on_post_aborted(1, TimePoint{}, actions);
  session.on_post_body(1, "4a");
  EXPECT_EQ(session.next_from_post(scratch, TimePoint{}, actions).kind, Incoming::Kind::none);
  EXPECT_FALSE(session.on_probe_opened(1, TimePoint{}, actions));
  session.on_websocket_closed(1, DisconnectReason::transport_close, TimePoint{}, actions);
  session.on_timer(TimePoint{} + 1h, actions);
  EXPECT_TRUE(actions.empty());
  EXPECT_EQ(session.deadline(), kNever);
  // A driver that lost the race between its table and the session still gets an answer for its client.
  session.on_poll(2, TimePoint{}, actions);
  EXPECT_FALSE(session.on_post_begun(3, false, TimePoint{}, actions));
  ASSERT_EQ(actions.size(), 2U);
  for (const Action& action : actions) EXPECT_EQ(action.body, error_body(RequestError::session_unknown));
}

}  // namespace
}  // namespace sio::eio::test
