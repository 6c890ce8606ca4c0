#include <gtest/gtest.h>

#include "parley/ops/health.hpp"
#include "parley/ops/metrics.hpp"

namespace parley::ops {
namespace {

TEST(Health, IsReadyOnlyWhenToldAndNeverAfterDraining) {
  Health health;
  EXPECT_FALSE(health.ready());
  health.set(Health::State::ready);
  EXPECT_TRUE(health.ready());
  health.set(Health::State::storage_failed);
  EXPECT_FALSE(health.ready());
  health.set(Health::State::ready);
  EXPECT_TRUE(health.ready());
  health.set(Health::State::damaged);
  health.set(Health::State::ready);
  EXPECT_FALSE(health.ready()) << "only a restart helps";
  health.set(Health::State::draining);
  health.set(Health::State::ready);
  EXPECT_EQ(health.state(), Health::State::draining);
}

TEST(Health, EveryStateHasAName) {
  for (const auto state : {Health::State::starting, Health::State::ready, Health::State::storage_failed,
                           Health::State::damaged, Health::State::draining}) {
    EXPECT_NE(to_string(state), "unknown");
  }
}

TEST(Metrics, WhatIsCountedIsExposed) {
  Metrics metrics;
  metrics.count_http_answer(201);
  metrics.count_http_answer(204);
  metrics.count_http_answer(503);
  metrics.count_login(true);
  metrics.count_rate_limited("message");
  metrics.count_rate_limited("message");
  metrics.count_event_error("receiver_not_found");
  double value = 3;
  metrics.add_gauge("parley_sessions", "Sessions now", [&] { return value; });
  metrics.add_counter("parley_messages_total", "Messages stored", [] { return 9.0; });
  value = 4;
  const std::string text = metrics.render();
  for (const std::string_view line :
       {"parley_http_answers_total{class=\"2xx\"} 2\n", "parley_http_answers_total{class=\"5xx\"} 1\n",
        "parley_http_answers_total{class=\"4xx\"} 0\n", "parley_logins_total{result=\"good\"} 1\n",
        "parley_rate_limited_total{limit=\"message\"} 2\n",
        "parley_event_errors_total{code=\"receiver_not_found\"} 1\n", "# TYPE parley_sessions gauge\n",
        "parley_sessions 4\n", "# TYPE parley_messages_total counter\n", "parley_messages_total 9\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
}

}  // namespace
}  // namespace parley::ops
