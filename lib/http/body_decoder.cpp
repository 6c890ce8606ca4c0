#include "body_decoder.hpp"

#include <algorithm>

namespace sio::http {

namespace {

constexpr ParseError kTooLarge{413, "body too large"};
constexpr ParseError kBadChunk{400, "malformed chunk"};
constexpr ParseError kExtensions{400, "chunk extensions too long"};
constexpr ParseError kTrailer{400, "trailers are not accepted"};
constexpr std::uint8_t kSizeDigitsMax = 16;  // of a 64-bit size

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyDecoder::Result BodyDecoder::feed(std::string_view input, std::size_t body_bytes_max, std::string& body) {
  std::size_t at = 0;
  while (true) {
    if (state_ == State::data) {
      if (left_ > body_bytes_max - std::min(body.size(), body_bytes_max)) return {at, false, kTooLarge};
      const std::string_view piece =
          input.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - at)));
      body.append(piece);
      at += piece.size();
      left_ -= piece.size();
      if (left_ == 0) state_ = chunked_ ? State::data_cr : State::complete;
    }
    if (state_ == State::complete) return {at, true, {}};
    if (at == input.size()) return {at, false, {}};
    if (const ParseError error = step(input[at++])) return {at, false, error};
  }
}

ParseError BodyDecoder::step(char byte) {
  const auto expect = [&](char wanted, State next) {
    state_ = next;
    return byte == wanted ? ParseError{} : kBadChunk;
  };
  switch (state_) {
    case State::size_start:
      left_ = 0;
      size_digits_ = 0;
      state_ = State::size;
      return digit(byte);
    case State::size:
      return byte == ';' || byte == '\r' ? end_size(byte) : digit(byte);
    case State::extension: {
      if (byte == '\r') return expect('\r', State::size_lf);
      const auto value = static_cast<unsigned char>(byte);
      if ((value < 0x20 && byte != '\t') || value == 0x7F) return kBadChunk;  // a bare line feed too
      if (extension_bytes_left_-- == 0) return kExtensions;
      return {};
    }
    case State::size_lf:
      return expect('\n', left_ == 0 ? State::last_cr : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      return expect('\n', State::size_start);
    case State::last_cr:
      if (byte != '\r') return kTrailer;
      return expect('\r', State::last_lf);
    case State::last_lf:
      return expect('\n', State::complete);
    case State::data:
    case State::complete:
      break;
  }
  return kBadChunk;
}

ParseError BodyDecoder::digit(char byte) {
  const int value = hex_value(byte);
  if (value < 0 || ++size_digits_ > kSizeDigitsMax) return kBadChunk;
  left_ = left_ << 4U | static_cast<unsigned>(value);
  return {};
}

ParseError BodyDecoder::end_size(char byte) {
  if (byte == '\r') {
    state_ = State::size_lf;
    return {};
  }
  state_ = State::extension;
  if (extension_bytes_left_-- == 0) return kExtensions;
  return {};
}

}  // namespace sio::http
