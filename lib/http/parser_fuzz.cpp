// The request parser under arbitrary bytes: however they are cut, the same requests and errors come out; what comes out
// holds the limits, cannot be read in another way, and written again as one plain request is read the same. The first
// byte of an input chooses the cuts and, by its upper two bits, narrow limits.

// libFuzzer: -max_len=512

#include <cstdint>
#include <string>
#include <utility>

#include "parser_cases.hpp"
#include "sio/base/ascii.hpp"
#include "sio/base/check.hpp"

namespace {

using sio::http::ParserLimits;
using sio::http::ParseState;
using sio::http::RequestParser;
using sio::http::testing::Outcome;
using sio::http::testing::Parsed;

constexpr std::size_t kBodyBytesMax = 100;

struct Fields {
  std::size_t hosts = 0;
  std::size_t framings = 0;
  bool chunked = false;
  bool absolute = false;
};

Fields check_request(const Parsed& request, const ParserLimits& limits) {
  SIO_CHECK(!request.method.empty() && !request.path.empty() && request.method != "CONNECT");
  SIO_CHECK(request.path.front() == '/' || request.path == "*");
  SIO_CHECK(request.path.find('\0') == std::string::npos);
  Fields fields;
  fields.absolute = request.target.front() != '/' && request.target != "*";
  SIO_CHECK(request.target.size() <= limits.target_bytes_max);
  // An absolute target brings a Host of its own.
  SIO_CHECK(request.headers.size() <= limits.fields_max + (fields.absolute ? 1U : 0U));
  SIO_CHECK(request.body.size() <= kBodyBytesMax);
  std::size_t bytes = request.method.size() + request.target.size();
  for (const auto& [name, value] : request.headers) {
    SIO_CHECK(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos);
    SIO_CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    bytes += name.size() + value.size();
    fields.hosts += sio::equals_ignore_case(name, "host") ? 1U : 0U;
    const bool encoding = sio::equals_ignore_case(name, "transfer-encoding");
    fields.chunked = fields.chunked || encoding;
    fields.framings += encoding || sio::equals_ignore_case(name, "content-length") ? 1U : 0U;
  }
  SIO_CHECK(bytes <= limits.head_bytes_max + (fields.absolute ? limits.target_bytes_max : 0U));
  SIO_CHECK(fields.hosts <= 1 && fields.framings <= 1);
  SIO_CHECK(request.body.empty() || fields.framings == 1);
  return fields;
}

// One request with nothing to doubt about it, which says the same.
std::string written_again(const Parsed& request, const Fields& fields) {
  std::string text = request.method + ' ' + request.target + (fields.hosts == 1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value).append("\r\n");
  text += "\r\n";
  if (!fields.chunked) return text + request.body;
  constexpr std::string_view kHex = "0123456789abcdef";
  if (!request.body.empty()) {
    text += {kHex[request.body.size() >> 4], kHex[request.body.size() & 15], '\r', '\n'};
    text += request.body + "\r\n";
  }
  return text + "0\r\n\r\n";
}

void check_round_trip(const Parsed& request, const Fields& fields) {
  const ParserLimits wide{.fields_max = 1000, .head_bytes_max = 100'000, .target_bytes_max = 10'000};
  const std::string text = written_again(request, fields);
  Outcome again = sio::http::testing::run(text, wide, kBodyBytesMax, text.size());
  SIO_CHECK(again.requests.size() == 1 && !again.unfinished);
  again.requests[0].keep_alive = request.keep_alive;  // the version may have changed
  SIO_CHECK(again.requests[0] == request);
}

// As testing::run(), by a parser that moves between any two pieces, and with all it tells on its way checked.
Outcome run_moving(std::string_view bytes, const ParserLimits& limits, std::size_t piece_bytes) {
  RequestParser parser(limits);
  Outcome result;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    RequestParser moved(std::move(parser));
    parser = std::move(moved);
    const std::string copy(bytes.substr(at, piece_bytes));
    std::string_view piece = copy;
    while (true) {
      const ParseState before = parser.state();
      if (before == ParseState::head) SIO_CHECK(parser.head().path.empty() && parser.declared_body_bytes() == 0);
      const std::size_t taken = parser.feed(piece);
      SIO_CHECK(taken <= piece.size());
      piece.remove_prefix(taken);
      const ParseState now = parser.state();
      SIO_CHECK((now == ParseState::failed) == (parser.error_status() != 0));
      SIO_CHECK(parser.error_text().empty() == (now != ParseState::failed));
      SIO_CHECK(parser.body_bytes() <= kBodyBytesMax && parser.body_bytes() == parser.head().body.size());
      if (before == ParseState::head && now == ParseState::body) {
        SIO_CHECK(parser.refused_target().empty() && !parser.head().path.empty());
        SIO_CHECK(!parser.chunked() || parser.declared_body_bytes() == 0);
        SIO_CHECK(parser.chunked() == parser.head().headers.contains("Transfer-Encoding"));
        parser.set_body_limit(kBodyBytesMax);
      }
      if (parser.state() == ParseState::failed) {
        SIO_CHECK(parser.refused_target().find_first_of(" \r") == std::string_view::npos && parser.feed(piece) == 0);
        result.requests.push_back({.error = parser.error_status()});
        return result;
      }
      if (parser.state() == ParseState::complete) {
        const std::size_t declared = parser.declared_body_bytes();
        SIO_CHECK(parser.feed(piece) == 0 && (parser.chunked() || declared == parser.body_bytes()));
        result.requests.push_back(sio::http::testing::parsed(parser.take()));
      } else if (parser.state() == before && piece.empty()) {
        break;
      }
    }
  }
  result.unfinished = parser.started();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece_bytes = 2U + data[0] % 64U;
  ParserLimits limits;
  if (data[0] >= 192) {
    limits = {.fields_max = 4, .head_bytes_max = 160, .target_bytes_max = 32, .chunk_extension_bytes_max = 8};
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  const Outcome whole = sio::http::testing::run(bytes, limits, kBodyBytesMax, bytes.size());
  SIO_CHECK(whole == sio::http::testing::run(bytes, limits, kBodyBytesMax, 1));
  SIO_CHECK(whole == run_moving(bytes, limits, piece_bytes));
  for (const Parsed& request : whole.requests) {
    if (request.error == 0) {
      check_round_trip(request, check_request(request, limits));
    } else {
      SIO_CHECK(&request == &whole.requests.back() && request.error >= 400 && request.error <= 505);
    }
  }
  return 0;
}
