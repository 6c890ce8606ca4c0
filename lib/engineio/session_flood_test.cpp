// S9: more packets than anybody sends, for seconds.
#include "session_script.hpp"

namespace sio::eio::test {
namespace {

Config ten_a_second() {
  Config config;
  config.packets_per_second_max = 10;
  config.flood_seconds = 5;
  return config;
}

void flood(Harness& h, int count) {
  for (int i = 0; i < count && h.session().open(); ++i) h.message(7, "4x");
}

// A second after the other, each with one packet too many; the connection ends with the packet that shows it.
TEST(EngineFlood, S9_FiveFullSecondsEndTheSession) {
  Script s{websocket_session(ten_a_second())};
  s.on_message([](Harness&, const Incoming&) {});
  for (int second = 0; second < 4; ++second) {
    s.turn([](Harness& h) {
      flood(h, 11);
      h.take_events();
    });
    s.advance(1s).expect();
  }
  s.turn([](Harness& h) {
     flood(h, 10);
     h.take_events();
     EXPECT_TRUE(h.session().open());
     flood(h, 1);
   }).expect("ended flood", "close 7", "gone");
}

TEST(EngineFlood, S9_AsManyAsAllowedGoOnForEver) {
  Script s{websocket_session(ten_a_second())};
  for (int second = 0; second < 20; ++second) {
    s.turn([](Harness& h) {
      flood(h, 10);
      h.take_events();
    });
    s.advance(1s).expect();
  }
  EXPECT_TRUE(s.session().open());
}

// Hundreds at once are nothing unusual; a second that is not full, or without any packet, begins the count anew.
TEST(EngineFlood, S9_ACalmSecondBeginsAnew) {
  for (const int calm : {0, 1, 10}) {
    Script s{websocket_session(ten_a_second())};
    for (int second = 0; second < 24; ++second) {
      s.turn([second, calm](Harness& h) {
        flood(h, second % 5 == 4 ? calm : 300);
        h.take_events();
      });
      s.advance(1s).expect();
    }
    EXPECT_TRUE(s.session().open()) << calm;
  }
}

// Also without pauses at the right moments: the seconds follow one another without a gap.
TEST(EngineFlood, S9_AnEvenFloodEndsAfterFiveSeconds) {
  Script s{websocket_session(ten_a_second())};
  int elapsed_ms = 0;
  s.turn([&](Harness& h) {
    for (; h.session().open() && elapsed_ms < 60'000; elapsed_ms += 90) {
      h.message(7, "4x");
      h.advance(90ms);
      if (h.session().open()) h.take_events();
    }
  });
  s.expect("ended flood", "close 7", "gone");
  EXPECT_GE(elapsed_ms, 4'900);
  EXPECT_LE(elapsed_ms, 5'100);
}

TEST(EngineFlood, S9_EveryKindOfPacketCountsOverPollingToo) {
  Config config = ten_a_second();
  config.flood_seconds = 1;
  Script polling{polling_session(config)};
  polling.on_message([](Harness&, const Incoming&) {});
  std::string body = "4x";
  for (int i = 1; i < 20; ++i)
    body += i % 2 == 0 ? "\x1e"
                         "4x"
                       : "\x1e"
                         "bAQID";
  polling.turn([&](Harness& h) {
    h.begin_post(1);
    h.post_body(1, body);
    const auto events = h.take_events();
    ASSERT_EQ(events.size(), 13U);
    EXPECT_EQ(events[10], "ended flood");
    EXPECT_EQ(events[11], "answer 1 400 ");
  });
  Script frames{websocket_session(config)};
  frames.turn([](Harness& h) {
    for (int i = 0; i < 5; ++i) h.control_frame(7);
    for (int i = 0; i < 5; ++i) h.message(7, "4x");
    h.take_events();
    h.control_frame(7);
  });
  frames.expect("ended flood", "close 7", "gone");
}

TEST(EngineFlood, S9_ThereIsNoLimitByDefault) {
  Script s{websocket_session()};
  s.turn([](Harness& h) {
    for (int second = 0; second < 10; ++second) {
      flood(h, 2'000);
      h.advance(1s);
    }
    h.take_events();
    EXPECT_TRUE(h.session().open());
  });
}

}  // namespace
}  // namespace sio::eio::test
