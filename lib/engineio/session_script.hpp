// Scripts for a session: `Script s{polling_session()}; s.poll(1).expect(); s.send("4x").expect("answer 1 200 4x");`.
// Each input is a turn of the driver: it ends with flush(). All events since the last expect() must be expected, at the
// latest by the end of the script, and what the harness watches holds throughout. A script can be replayed with
// everything going wrong after each of its steps.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session_harness.hpp"

namespace sio::eio::test {

using namespace std::chrono_literals;

struct Setup {
  Config config{};
  TransportKind transport = TransportKind::polling;
  ConnectionId connection = 0;
};

inline Setup polling_session(const Config& config = {}) { return {config, TransportKind::polling, 0}; }
inline Setup websocket_session(const Config& config = {}) { return {config, TransportKind::websocket, 7}; }

// protocol page, Part 3
inline Config quick_config() {
  Config config;
  config.ping_interval = 300ms;
  config.ping_timeout = 200ms;
  return config;
}

class Script {
 public:
  using Step = std::function<void(Harness&)>;
  using Handler = std::function<void(Harness&, const Incoming&)>;

  explicit Script(const Setup& setup) : setup_(setup), harness_(setup_.config, setup_.transport, setup_.connection) {}
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() { expect(); }

  Session& session() { return harness_.session(); }

  // What the layer above does with a message.
  Script& on_message(Handler handler) {
    handler_ = std::move(handler);
    install(harness_);
    return *this;
  }

  // ---- turns
  Script& poll(RequestId id) {
    return turn([=](Harness& h) { h.poll(id); });
  }
  Script& abort_poll(RequestId id) {
    return turn([=](Harness& h) { h.abort_poll(id); });
  }
  Script& begin_post(RequestId id, bool octet_stream = false) {
    return turn([=](Harness& h) { h.begin_post(id, octet_stream); });
  }
  Script& post_body(RequestId id, const std::string& body) {
    return turn([=](Harness& h) { h.post_body(id, body); });
  }
  Script& post(RequestId id, const std::string& body) {
    return turn([=](Harness& h) {
      if (h.begin_post(id)) h.post_body(id, body);
    });
  }
  Script& post_too_large(RequestId id) {
    return turn([=](Harness& h) { h.post_too_large(id); });
  }
  Script& abort_post(RequestId id) {
    return turn([=](Harness& h) { h.abort_post(id); });
  }
  Script& open_probe(ConnectionId id) {
    return turn([=](Harness& h) { h.open_probe(id); });
  }
  Script& message(ConnectionId id, const std::string& text) {
    return turn([=](Harness& h) { h.message(id, text); });
  }
  Script& binary_message(ConnectionId id, const std::string& bytes) {
    return turn([=](Harness& h) { h.message(id, bytes, true); });
  }
  Script& lose(ConnectionId id, DisconnectReason reason = DisconnectReason::transport_close) {
    return turn([=](Harness& h) { h.lose(id, reason); });
  }
  Script& send(const std::string& text) {
    return turn([=](Harness& h) { h.send(text); });
  }
  Script& send_binary(const std::string& bytes) {
    return turn([=](Harness& h) { h.send(bytes, true); });
  }
  Script& close(DisconnectReason reason) {
    return turn([=](Harness& h) { h.close(reason); });
  }
  Script& advance(Milliseconds duration) {
    return turn([=](Harness& h) { h.advance(duration); });
  }
  Script& writable(bool yes) {
    return turn([=](Harness& h) { h.writable = yes; });
  }
  // Any inputs, as one turn.
  Script& turn(const Step& inputs) {
    return step([inputs](Harness& h) {
      inputs(h);
      h.flush();
    });
  }

  template <class... Lines>
  Script& expect(const Lines&... lines) {
    const std::vector<std::string> expected{std::string(lines)...};
    EXPECT_EQ(harness_.take_events(), expected) << "after step " << steps_.size();
    EXPECT_EQ(harness_.breach(), "") << "after step " << steps_.size();
    return *this;
  }

  // Runs the script again for each of its steps, up to there, and then lets go wrong: each request and connection by
  // itself, all of them, nothing but time, and an end by the server. Every time the session must come to its end
  // within an hour, with everything answered and closed.
  void replay_failing_each_step() {
    expect();
    const std::vector<std::pair<const char*, Step>> failures = {
        {"polls are dropped",
         [](Harness& h) {
           for (const auto id : std::set(h.polls())) h.abort_poll(id);
         }},
        {"POSTs are dropped",
         [](Harness& h) {
           for (const auto id : std::set(h.posts())) h.abort_post(id);
         }},
        {"WebSockets break", [](Harness& h) { lose_all(h); }},
        {"all is lost",
         [](Harness& h) {
           for (const auto id : std::set(h.polls())) h.abort_poll(id);
           for (const auto id : std::set(h.posts())) h.abort_post(id);
           lose_all(h);
         }},
        {"silence", [](Harness&) {}},
        {"the server closes", [](Harness& h) { h.close(DisconnectReason::forced_close); }},
        {"the layer above finds a fault", [](Harness& h) { h.close(DisconnectReason::parse_error); }},
    };
    for (std::size_t length = 0; length <= steps_.size(); ++length) {
      for (const auto& [name, failure] : failures) {
        SCOPED_TRACE(std::string(name) + " after step " + std::to_string(length));
        Harness harness(setup_.config, setup_.transport, setup_.connection);
        install(harness);
        for (std::size_t i = 0; i < length; ++i) steps_[i](harness);
        failure(harness);
        harness.flush();
        harness.advance(1h);
        EXPECT_TRUE(harness.session().gone());
        EXPECT_EQ(harness.breach(), "");
        if (testing::Test::HasFailure()) return;
      }
    }
  }

 private:
  static void lose_all(Harness& h) {
    for (const auto id : std::set(h.connections())) {
      if (h.connections().contains(id)) h.lose(id, DisconnectReason::transport_error);
    }
  }

  Script& step(const Step& run) {
    steps_.push_back(run);
    run(harness_);
    return *this;
  }

  void install(Harness& harness) {
    if (!handler_) return;
    harness.on_message = [this, &harness](const Incoming& incoming) { handler_(harness, incoming); };
  }

  Setup setup_;
  Harness harness_;
  Handler handler_;
  std::vector<Step> steps_;
};

// Sends every message back, as in the protocol page's Part 3.
inline void echo(Harness& harness, const Incoming& incoming) {
  const bool binary = incoming.kind == Incoming::Kind::binary;
  harness.send((binary ? "" : "4") + std::string(incoming.data), binary);
}

}  // namespace sio::eio::test
