#include "sio/engineio/request.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace sio::eio {
namespace {

// The error table of protocol page 1.1 written down a second time, row by row: each row says when it applies, the first
// that does is the answer. `known` and `current` tell of the session.
struct Case {
  RequestFacts facts;
  bool known = false;
  std::string_view current;

  bool names(std::string_view transport) const { return facts.transport == transport; }
  bool enabled() const { return names("polling") || (names("websocket") && facts.websocket_enabled); }
};

std::optional<int> code_by_the_table(const Case& c) {
  const RequestFacts& f = c.facts;
  if (!c.enabled()) return 0;
  if (f.origin_has_control_characters) return 3;
  if (f.has_sid) {
    if (!c.known) return 1;
    if (c.current != f.transport && !f.websocket_upgrade) return 3;
    if (f.websocket_upgrade && c.names("polling")) return 3;     // "must end as well"
    if (!f.websocket_upgrade && c.names("websocket")) return 3;  // nothing that could be answered
    if (f.eio != "4") return 3;
    if (!f.websocket_upgrade && f.method != "GET" && f.method != "POST") return 3;  // "free, but an error"
    return std::nullopt;
  }
  if (f.method != "GET") return 2;
  if (c.names("websocket") && !f.websocket_upgrade) return 3;
  if (c.names("polling") && f.websocket_upgrade) return 3;
  if (f.eio != "4") return 5;
  return std::nullopt;
}

std::optional<int> code_by_the_checks(const Case& c) {
  std::optional<RequestError> error = check_without_session(c.facts);
  if (!error && c.facts.has_sid) {
    const SessionFacts session{c.current == "polling" ? TransportKind::polling : TransportKind::websocket};
    error = check_with_session(c.facts, c.known ? &session : nullptr);
  }
  if (!error) return std::nullopt;
  return static_cast<int>(*error);
}

TEST(EngineRequest, E1_AllCombinationsGetTheCodeOfTheTable) {
  int cases = 0;
  int passed = 0;
  for (const std::string_view method : {"GET", "POST", "PUT", "OPTIONS", "HEAD", "get"})
    for (const std::string_view transport : {"polling", "websocket", "abc", "", "Polling", "webtransport"})
      for (const std::string_view eio : {"4", "3", "", "abc", "44"})
        for (unsigned bits = 0; bits < 64; ++bits) {
          const auto bit = [bits](unsigned n) { return (bits >> n & 1U) != 0; };
          const Case c{.facts = {.method = method,
                                 .transport = transport,
                                 .eio = eio,
                                 .has_sid = bit(0),
                                 .websocket_upgrade = bit(1),
                                 .origin_has_control_characters = bit(2),
                                 .websocket_enabled = bit(3)},
                       .known = bit(4),
                       .current = bit(5) ? "polling" : "websocket"};
          ++cases;
          if (!code_by_the_table(c)) ++passed;
          ASSERT_EQ(code_by_the_checks(c), code_by_the_table(c))
              << method << " transport=" << transport << " EIO=" << eio << " bits " << bits;
        }
  EXPECT_EQ(cases, 6 * 6 * 5 * 64);
  EXPECT_GT(passed, 0);
}

TEST(EngineRequest, E1_ErrorBodiesAndStatus) {
  struct Row {
    RequestError error;
    int status;
    std::string_view body;
  };
  const Row rows[] = {
      {RequestError::transport_unknown, 400, R"({"code":0,"message":"Transport unknown"})"},
      {RequestError::session_unknown, 400, R"({"code":1,"message":"Session ID unknown"})"},
      {RequestError::bad_handshake_method, 400, R"({"code":2,"message":"Bad handshake method"})"},
      {RequestError::bad_request, 400, R"({"code":3,"message":"Bad request"})"},
      {RequestError::forbidden, 403, R"({"code":4,"message":"Forbidden"})"},
      {RequestError::unsupported_protocol_version, 400, R"({"code":5,"message":"Unsupported protocol version"})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(http_status(row.error), row.status);
    EXPECT_EQ(error_body(row.error), row.body);
  }
}

TEST(EngineRequest, E7_UnknownAndExpiredSessionsLookAlike) {
  const RequestFacts facts{.method = "GET", .transport = "polling", .eio = "4", .has_sid = true};
  EXPECT_EQ(check_with_session(facts, nullptr), RequestError::session_unknown);
}

TEST(EngineRequest, OpenPacketHasTheFiveKeysInOrder) {
  EXPECT_EQ(open_packet("lv_VI97HAXpY6yYWAAAC", true, 25'000, 20'000, 1'000'000),
            R"(0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
            R"("maxPayload":1000000})");
  EXPECT_EQ(open_packet("a", false, 300, 200, 131'072),
            R"(0{"sid":"a","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":131072})");
}

}  // namespace
}  // namespace sio::eio
