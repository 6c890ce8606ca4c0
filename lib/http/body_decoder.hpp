// The body of a request, by Content-Length or in chunks (RFC 9112 6, 7.1). Own, because Beast merges trailers into the
// head and holds no limit on chunk extensions (H2). Keeps nothing but a few numbers. Private.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "head_rules.hpp"
#include "parse_error.hpp"

namespace sio::http {

class BodyDecoder {
 public:
  BodyDecoder() = default;
  BodyDecoder(const Framing& framing, std::size_t extension_bytes_max)
      : state_(framing.chunked ? State::size_start : State::data),
        chunked_(framing.chunked),
        left_(framing.content_length),
        extension_bytes_left_(extension_bytes_max) {}

  struct Result {
    std::size_t consumed = 0;
    bool complete = false;
    ParseError error;
  };
  // Appends body bytes to `body`. 413 before a byte of what is too much is kept: by the declared length, or by the size
  // of a chunk.
  Result feed(std::string_view input, std::size_t body_bytes_max, std::string& body);

 private:
  enum class State : unsigned char {
    size_start,  // the first digit of a chunk's size
    size,
    extension,
    size_lf,
    data,
    data_cr,  // the line end after a chunk's data
    data_lf,
    last_cr,  // the empty line after the last chunk; anything else would be a trailer
    last_lf,
    complete,
  };

  ParseError step(char byte);
  ParseError digit(char byte);
  ParseError end_size(char byte);

  State state_ = State::complete;
  bool chunked_ = false;
  std::uint8_t size_digits_ = 0;
  std::uint64_t left_ = 0;  // of the body, or of the current chunk
  std::size_t extension_bytes_left_ = 0;
};

}  // namespace sio::http
