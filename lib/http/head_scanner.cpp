#include "head_scanner.hpp"

#include <cstdint>
#include <cstring>

namespace sio::http {

namespace {

constexpr ParseError kControl{400, "control character in the head"};
constexpr ParseError kBareLineFeed{400, "line feed without carriage return"};
constexpr ParseError kBareCarriageReturn{400, "carriage return without line feed"};
constexpr ParseError kFolded{400, "folded header line"};
constexpr ParseError kRequestLine{400, "malformed request line"};
constexpr ParseError kHeadTooLong{431, "head too long"};
constexpr ParseError kTooManyFields{431, "too many header fields"};
constexpr ParseError kTargetTooLong{414, "target too long"};

// NUL, other controls but tab, DEL. CR and LF are looked at before.
constexpr bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7F;
}

constexpr std::uint64_t in_each_byte(std::uint64_t byte) { return byte * 0x0101010101010101ULL; }

// Whether all eight bytes are plain: none below 0x20, none 0x7F. In either sum a byte borrows from the next one only
// after it has itself been found, so the answer is exact.
constexpr bool are_plain(std::uint64_t word) {
  const std::uint64_t deleted = word ^ in_each_byte(0x7F);
  const std::uint64_t below = (word - in_each_byte(0x20)) & ~word;
  const std::uint64_t zero = (deleted - in_each_byte(0x01)) & ~deleted;
  return ((below | zero) & in_each_byte(0x80)) == 0;
}

// Number of plain bytes at the front.
std::size_t plain_run(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if (!are_plain(word)) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace

HeadScanner::Result HeadScanner::scan(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (state_ == State::field) {  // most of a head: over it quickly
      const std::size_t run = plain_run(piece.substr(at, limits_->head_bytes_max - head_bytes_));
      at += run;
      head_bytes_ += run;
      if (at == piece.size()) break;
    }
    if (const ParseError error = step(piece[at++])) return {at, false, error};
    if (state_ == State::done) return {at, true, {}};
  }
  return {at, false, {}};
}

ParseError HeadScanner::step(char byte) {
  if (state_ == State::start && byte == '\r' && leading_bytes_ == 0) {
    leading_bytes_ = 2;
    state_ = State::leading_lf;
    return {};
  }
  if (state_ == State::leading_lf) {
    state_ = State::start;
    return byte == '\n' ? ParseError{} : kBareCarriageReturn;
  }
  if (++head_bytes_ > limits_->head_bytes_max) return kHeadTooLong;
  if (state_ == State::line_lf || state_ == State::end_lf) return end_line(byte);
  if (byte == '\n') return kBareLineFeed;
  if (byte != '\r' && is_forbidden(byte)) return kControl;

  switch (state_) {
    case State::start:
      if (byte == '\r' || byte == ' ') return kRequestLine;
      state_ = State::method;
      return {};
    case State::method:
      if (byte == '\r') return kRequestLine;
      if (byte == ' ') state_ = State::target;
      return {};
    case State::target:
      if (byte == '\r') return kRequestLine;
      if (byte == ' ') {
        state_ = State::version;
      } else if (++target_bytes_ > limits_->target_bytes_max) {
        return kTargetTooLong;
      }
      return {};
    case State::line_start:
      return begin_line(byte);
    default:  // version, field
      if (byte == '\r') state_ = State::line_lf;
      return {};
  }
}

ParseError HeadScanner::end_line(char byte) {
  if (byte != '\n') return kBareCarriageReturn;
  state_ = state_ == State::end_lf ? State::done : State::line_start;
  return {};
}

ParseError HeadScanner::begin_line(char byte) {
  if (byte == '\r') {
    state_ = State::end_lf;
    return {};
  }
  if (byte == ' ' || byte == '\t') return kFolded;
  if (++fields_ > limits_->fields_max) return kTooManyFields;
  state_ = State::field;
  return {};
}

}  // namespace sio::http
