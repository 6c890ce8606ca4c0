// The opening handshake: who is let in, against a second reading of RFC 6455 4.2.1; and which terms of compression come
// out of Sec-WebSocket-Extensions: within what was offered and configured, and an answer that says the same.
// Input: flags and options, then the header values parted by NL, in the order of UpgradeRequest, the offers last.

// libFuzzer: -max_len=256

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/websocket/deflate.hpp"
#include "sio/websocket/handshake.hpp"

namespace {

using sio::ws::DeflateOptions;
using sio::ws::DeflateTerms;
using sio::ws::HandshakeError;
using sio::ws::UpgradeRequest;

// Whether a comma-separated list names `token`, in any case.
bool names(std::string_view list, std::string_view token) {
  std::string word;
  for (const char c : std::string(list) + ",") {
    if (c != ',') {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      continue;
    }
    const std::size_t begin = word.find_first_not_of(" \t");
    if (begin != std::string::npos && word.substr(begin, word.find_last_not_of(" \t") + 1 - begin) == token)
      return true;
    word.clear();
  }
  return false;
}

HandshakeError by_hand(const UpgradeRequest& request) {
  if (request.method != "GET" || !request.http_1_1) return HandshakeError::not_an_upgrade;
  if (!names(request.connection, "upgrade") || !names(request.upgrade, "websocket")) {
    return HandshakeError::not_an_upgrade;
  }
  if (request.version != "13") return HandshakeError::bad_version;
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bool good =
      request.key.size() == 24 && request.key.substr(22) == "==" && request.key.find_first_not_of(kBase64) == 22;
  return good ? HandshakeError::none : HandshakeError::bad_key;
}

void check_upgrade_request(const UpgradeRequest& request) {
  SIO_CHECK(check_upgrade(request) == by_hand(request));
  const std::string accept = sio::ws::accept_key(request.key);
  SIO_CHECK(accept.size() == 28 && accept.back() == '=' && accept[26] != '=');
  if (request.key == "dGhlIHNhbXBsZSBub25jZQ==") SIO_CHECK(accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 1.3
}

void check_terms(const DeflateTerms& terms, std::string_view offers, const DeflateOptions& options) {
  SIO_CHECK(offers.find("permessage-deflate") != std::string_view::npos);
  SIO_CHECK(options.context_takeover || (!terms.server_takeover && !terms.client_takeover));
  SIO_CHECK(terms.server_window_bits >= 9 && terms.server_window_bits <= options.window_bits);
  SIO_CHECK(terms.client_window_bits >= 8 && terms.client_window_bits <= 15);
  // What was not asked for may not be answered: a client that did not speak of its window understands no bound.
  const bool spoke_of_window = offers.find("client_max_window_bits") != std::string_view::npos;
  SIO_CHECK(spoke_of_window || (!terms.name_client_window && terms.client_window_bits == 15));
  SIO_CHECK(terms.name_server_window || terms.server_window_bits == 15);
  SIO_CHECK(terms.name_client_window || terms.client_window_bits == 15);

  // The answer is itself an offer that says what was agreed on.
  const std::string answer = sio::ws::deflate_answer(terms);
  SIO_CHECK(answer.find_first_of("\r\n,\"") == std::string::npos);
  const auto again = sio::ws::negotiate_deflate(answer, {.enabled = true, .context_takeover = true});
  SIO_CHECK(again.ok() && again->has_value());
  const DeflateTerms& read = **again;
  SIO_CHECK(read.server_takeover == terms.server_takeover && read.client_takeover == terms.client_takeover);
  SIO_CHECK(read.server_window_bits == terms.server_window_bits);
  SIO_CHECK(read.client_window_bits == terms.client_window_bits);
}

// An offer made of known parts, whose outcome is known.
void check_known_offer(std::uint64_t choice, const DeflateOptions& options) {
  const unsigned server_bits = 7U + (choice >> 4U & 15U);
  const unsigned client_bits = 7U + (choice >> 8U & 15U);
  std::string offer = "x-unknown; a=\"b\", permessage-deflate";
  if ((choice & 1U) != 0) offer += "; server_no_context_takeover";
  if ((choice & 2U) != 0) offer += " ;client_no_context_takeover";
  if ((choice & 4U) != 0) offer += "; server_max_window_bits=" + std::to_string(server_bits);
  if ((choice & 8U) != 0) offer += "; client_max_window_bits=\"" + std::to_string(client_bits) + "\"";
  if ((choice & 4096U) != 0) offer += "; client_max_window_bits";
  if ((choice & 8192U) != 0) offer += "; unknown";
  const bool server_good = (choice & 4U) == 0 || (server_bits >= 9 && server_bits <= 15);
  const bool client_good = (choice & 8U) == 0 || (client_bits >= 8 && client_bits <= 15 && (choice & 4096U) == 0);
  const auto agreed = sio::ws::negotiate_deflate(offer, options);
  SIO_CHECK(agreed.ok());
  SIO_CHECK(agreed->has_value() == (server_good && client_good && (choice & 8192U) == 0));
  if (!*agreed) return;
  const auto ours = static_cast<unsigned>(options.window_bits);
  const DeflateTerms& terms = **agreed;
  SIO_CHECK(terms.server_takeover == (options.context_takeover && (choice & 1U) == 0));
  SIO_CHECK(terms.client_takeover == (options.context_takeover && (choice & 2U) == 0));
  SIO_CHECK(terms.server_window_bits == std::min((choice & 4U) != 0 ? server_bits : 15U, ours));
  const unsigned client_most = (choice & 8U) != 0 ? client_bits : 15U;
  SIO_CHECK(terms.client_window_bits == ((choice & (8U | 4096U)) != 0 ? std::min(client_most, ours) : 15U));
  check_terms(terms, offer, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const unsigned flags = input.byte();
  const std::uint64_t choice = input.number(2);
  const DeflateOptions options{.enabled = true,
                               .context_takeover = (flags & 1U) != 0,
                               .window_bits = 9 + static_cast<int>((flags >> 1U & 7U) % 7U)};
  UpgradeRequest request;
  request.http_1_1 = (flags & 16U) == 0;
  request.method = input.until('\n');
  request.connection = input.until('\n');
  request.upgrade = input.until('\n');
  request.version = input.until('\n');
  request.key = input.until('\n');
  check_upgrade_request(request);

  const std::string offers(input.rest());
  const auto agreed = sio::ws::negotiate_deflate(offers, options);
  if (agreed.ok() && *agreed) check_terms(**agreed, offers, options);
  // Nothing behind a sound list makes it less so, but a mark that is out of place.
  if (agreed.ok()) SIO_CHECK(!sio::ws::negotiate_deflate(offers + ",;", options).ok());
  check_known_offer(choice, options);
  return 0;
}
