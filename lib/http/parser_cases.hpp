// For the tests and the fuzz target of lib/http: a parser run over bytes that arrive in given pieces, as a connection
// runs it. Private.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "sio/http/parser.hpp"

namespace sio::http::testing {

// What became of one request: an error, or its parts.
struct Parsed {
  int error = 0;
  std::string method{};
  std::string target{};
  std::string path{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  bool keep_alive = true;
  bool upgrade = false;
  friend bool operator==(const Parsed&, const Parsed&) = default;
};

inline void PrintTo(const Parsed& parsed, std::ostream* out) {
  *out << "{error " << parsed.error << ' ' << parsed.method << ' ' << parsed.target << " path " << parsed.path
       << " headers " << parsed.headers.size() << " body " << parsed.body.size() << " B '" << parsed.body.substr(0, 60)
       << "'}";
}

inline Parsed parsed(const Request& request) {
  Parsed result{
      .method = request.method, .target = request.target, .path = request.path, .headers = {}, .body = request.body};
  for (const Header& header : request.headers.items()) result.headers.emplace_back(header.name, header.value);
  result.keep_alive = request.keep_alive;
  result.upgrade = request.upgrade;
  return result;
}

struct Outcome {
  std::vector<Parsed> requests;  // the last one may be an error; nothing follows it
  bool unfinished = false;       // a request had begun
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline void PrintTo(const Outcome& run, std::ostream* out) {
  for (const Parsed& request : run.requests) PrintTo(request, out);
  if (run.unfinished) *out << " and one unfinished";
}

inline Outcome run(std::string_view bytes, const ParserLimits& limits, std::size_t body_bytes_max,
                   std::size_t piece_bytes) {
  RequestParser parser(limits);
  Outcome result;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    const std::string copy(bytes.substr(at, piece_bytes));  // of its exact size, for the sanitizers
    std::string_view piece = copy;
    while (true) {
      const ParseState before = parser.state();
      piece.remove_prefix(parser.feed(piece));
      if (before == ParseState::head && parser.state() == ParseState::body) parser.set_body_limit(body_bytes_max);
      if (parser.state() == ParseState::failed) {
        result.requests.push_back({.error = parser.error_status()});
        return result;
      }
      if (parser.state() == ParseState::complete) {
        result.requests.push_back(parsed(parser.take()));
      } else if (parser.state() == before && piece.empty()) {
        break;
      }
    }
  }
  result.unfinished = parser.started();
  return result;
}

}  // namespace sio::http::testing
