// The gate in front of Beast: walks over the raw bytes of a head as they come and finds its end. Refuses what Beast
// hides or takes (folded lines, H3), what is cheaper to refuse early (controls), and holds the limits of H4 to the
// byte. Knows lines, not their grammar: that is Beast's. Private.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse_error.hpp"
#include "sio/http/parser.hpp"

namespace sio::http {

class HeadScanner {
 public:
  explicit HeadScanner(const ParserLimits& limits) : limits_(&limits) {}

  struct Result {
    std::size_t consumed = 0;  // bytes of the piece; the head ends there when complete
    bool complete = false;
    ParseError error;
  };
  // Each byte is looked at once, and every verdict hangs on the first byte that justifies it: however the input is cut,
  // the result is the same.
  Result scan(std::string_view piece);

  // Bytes in front of the head that do not belong to it: one empty line is forgiven (RFC 9112 2.2).
  std::size_t leading_bytes() const { return leading_bytes_; }
  std::size_t fields() const { return fields_; }

 private:
  enum class State : unsigned char {
    start,
    leading_lf,
    method,
    target,
    version,
    line_lf,
    line_start,
    field,
    end_lf,
    done
  };

  ParseError step(char byte);
  ParseError end_line(char byte);
  ParseError begin_line(char byte);

  const ParserLimits* limits_;
  State state_ = State::start;
  std::size_t leading_bytes_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t target_bytes_ = 0;
  std::size_t fields_ = 0;
};

}  // namespace sio::http
