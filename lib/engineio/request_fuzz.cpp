// The checks of requests against the table of the protocol page (1.1), written down once more; and what is said to the
// client is well-formed. Input: a byte of facts, a byte that chooses known words, then the words themselves parted by
// NL.

// libFuzzer: -max_len=96

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/engineio/request.hpp"

namespace {

using namespace sio::eio;
using Refusal = std::optional<RequestError>;

struct Row {
  bool applies;
  RequestError error;
};

template <std::size_t kRows>
Refusal first_of(const std::array<Row, kRows>& rows) {
  for (const Row& row : rows) {
    if (row.applies) return row.error;
  }
  return std::nullopt;
}

// Page 1.1, in its order, for a request without a session of that id at hand.
Refusal page_without_session(const RequestFacts& facts) {
  const bool websocket = facts.transport == "websocket";
  const bool known = facts.transport == "polling" || (websocket && facts.websocket_enabled);
  return first_of(std::array{
      Row{!known, RequestError::transport_unknown},
      Row{facts.origin_has_control_characters, RequestError::bad_request},
      Row{!facts.has_sid && facts.method != "GET", RequestError::bad_handshake_method},
      Row{!facts.has_sid && websocket != facts.websocket_upgrade, RequestError::bad_request},
      Row{!facts.has_sid && facts.eio != "4", RequestError::unsupported_protocol_version},
  });
}

Refusal page_with_session(const RequestFacts& facts, const SessionFacts* session) {
  if (session == nullptr) return RequestError::session_unknown;
  const bool polling = facts.transport == "polling";
  const bool websocket = facts.transport == "websocket" && facts.websocket_enabled;
  const bool gets_or_posts = facts.method == "GET" || facts.method == "POST";
  return first_of(std::array{
      Row{facts.websocket_upgrade && !websocket, RequestError::bad_request},
      Row{!facts.websocket_upgrade && websocket, RequestError::bad_request},
      Row{polling && session->transport != TransportKind::polling, RequestError::bad_request},
      Row{!facts.websocket_upgrade && session->transport != TransportKind::polling, RequestError::bad_request},
      Row{facts.eio != "4", RequestError::bad_request},
      Row{!facts.websocket_upgrade && !gets_or_posts, RequestError::bad_request},
  });
}

void check_answer(RequestError error) {
  const std::string body = error_body(error);
  const std::string code(1, static_cast<char>('0' + static_cast<int>(error)));
  SIO_CHECK(body == "{\"code\":" + code + ",\"message\":\"" + std::string(message(error)) + "\"}");
  SIO_CHECK(!message(error).empty() && message(error).find_first_of("\"\\\r\n") == std::string_view::npos);
  SIO_CHECK(http_status(error) == (error == RequestError::forbidden ? 403 : 400));
}

void check_open_packet(sio::fuzz::Input& input, bool upgrades) {
  const auto interval = static_cast<std::int64_t>(input.number(8));
  const auto timeout = static_cast<std::int64_t>(input.number(4));
  const std::uint64_t payload = input.number(8);
  std::string expected = R"(0{"sid":"lv_VI97HAXpY6yYW-AAC","upgrades":[)";
  if (upgrades) expected += R"("websocket")";
  expected += "],\"pingInterval\":" + std::to_string(interval) + ",\"pingTimeout\":" + std::to_string(timeout);
  expected += ",\"maxPayload\":" + std::to_string(payload) + "}";
  SIO_CHECK(open_packet("lv_VI97HAXpY6yYW-AAC", upgrades, interval, timeout, payload) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const unsigned facts_bits = input.byte();
  const unsigned words = input.byte();
  const auto word = [&](unsigned choice, std::string_view first, std::string_view second) {
    const std::string_view own = input.until('\n');
    return choice == 0 ? first : choice == 1 ? second : own;
  };
  RequestFacts facts;
  facts.has_sid = (facts_bits & 1U) != 0;
  facts.websocket_upgrade = (facts_bits & 2U) != 0;
  facts.origin_has_control_characters = (facts_bits & 4U) != 0;
  facts.websocket_enabled = (facts_bits & 8U) == 0;
  facts.transport = word(words & 3U, "polling", "websocket");
  facts.eio = word(words >> 2U & 3U, "4", "3");
  facts.method = word(words >> 4U & 3U, "GET", "POST");

  const SessionFacts session{(facts_bits & 16U) != 0 ? TransportKind::websocket : TransportKind::polling};
  const SessionFacts* const known = (facts_bits & 32U) != 0 ? nullptr : &session;
  const Refusal without = check_without_session(facts);
  const Refusal with = check_with_session(facts, known);
  SIO_CHECK(without == page_without_session(facts));
  SIO_CHECK(with == page_with_session(facts, known));
  if (without) check_answer(*without);
  if (with && with != without) check_answer(*with);
  if ((facts_bits & 128U) != 0) {
    check_answer(RequestError::forbidden);
    check_open_packet(input, (facts_bits & 64U) != 0);
  }
  return 0;
}
