// The decoder under arbitrary bytes: however they are cut, the same events come out, within the limits, and text is
// UTF-8. The first two bytes of an input choose the limits and the cuts. Inputs that begin with '+' in place of a third
// byte are masked frames as a list of (head, length, payload), so that the fuzzer need not guess a mask. What came out
// is written as a server writes it, and read again.

// libFuzzer: -max_len=320

#include <algorithm>
#include <utility>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "test_frames.hpp"

namespace {

using sio::ws::CloseCode;
using sio::ws::Decoder;
using sio::ws::EventKind;
using sio::ws::Limits;
using sio::ws::Opcode;
using sio::ws::testing::Seen;

void check_events(const std::vector<Seen>& seen, const Limits& limits) {
  for (const Seen& event : seen) {
    const bool last = &event == &seen.back();
    switch (event.kind) {
      case EventKind::text:
        SIO_CHECK(sio::is_utf8(event.payload));
        [[fallthrough]];
      case EventKind::binary:
        SIO_CHECK(event.payload.size() <= limits.message_bytes_max);
        break;
      case EventKind::ping:
      case EventKind::pong:
        SIO_CHECK(event.payload.size() <= 125);
        break;
      case EventKind::close:
        SIO_CHECK(last && sio::is_utf8(event.payload));
        SIO_CHECK(event.code == 0 || sio::ws::may_be_received(static_cast<std::uint16_t>(event.code)));
        break;
      case EventKind::error:
        SIO_CHECK(last && event.payload.empty() && event.code >= 1002 && event.code <= 1009);
        break;
      case EventKind::need_more:
        SIO_CHECK(false);
    }
  }
}

// Frames out of a list of: first byte of the head, length, that many bytes of payload.
std::string masked_frames(std::string_view list) {
  std::string bytes;
  while (list.size() >= 2) {
    const auto first = static_cast<unsigned char>(list[0]);
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(list[1]), list.size() - 2);
    bytes += sio::ws::testing::encode({.opcode = static_cast<Opcode>(first & 0x0FU),
                                       .payload = std::string(list.substr(2, length)),
                                       .fin = (first & 0x80U) != 0,
                                       .rsv = first >> 4U & 7U});
    list.remove_prefix(2 + length);
  }
  return bytes;
}

// Frames of a server are those of a client but for the mask. CHECKs the head by RFC 6455 5.2.
std::string masked(const std::string& frame, std::size_t payload_bytes) {
  const auto octet = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(frame[at])}; };
  const std::size_t length_bytes = payload_bytes < 126 ? 0 : payload_bytes <= 0xFFFF ? 2 : 8;
  SIO_CHECK(frame.size() == 2 + length_bytes + payload_bytes && (octet(0) & 0xF0U) == 0x80U);
  std::size_t length = length_bytes == 0 ? octet(1) : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | octet(2 + i);
  SIO_CHECK(length == payload_bytes && (length_bytes == 0 || octet(1) == (length_bytes == 2 ? 126U : 127U)));
  std::string bytes = frame.substr(0, 2 + length_bytes);
  bytes[1] = static_cast<char>(octet(1) | 0x80U);
  return bytes.append(4, '\0').append(frame, 2 + length_bytes);
}

void check_written(const Seen& event, const Limits& limits) {
  std::string frame;
  std::size_t payload_bytes = event.payload.size();
  switch (event.kind) {
    case EventKind::text:
    case EventKind::binary:
    case EventKind::ping:
    case EventKind::pong: {
      constexpr Opcode kOpcodes[] = {Opcode::continuation, Opcode::text, Opcode::binary, Opcode::ping, Opcode::pong};
      append_frame(frame, kOpcodes[static_cast<unsigned>(event.kind)], event.payload);
      break;
    }
    case EventKind::close:
      append_close(frame, static_cast<CloseCode>(event.code), event.payload);
      payload_bytes += event.code == 0 ? 0U : 2U;
      break;
    default:
      return;
  }
  SIO_CHECK(sio::ws::testing::decode(masked(frame, payload_bytes), limits) == std::vector<Seen>{event});
}

// A reason of any length is cut between code points, at the last place that fits.
void check_close_reason(std::string_view text) {
  std::string reason(text);
  while (!reason.empty() && reason.size() < 130) reason += text;
  if (!sio::is_utf8(reason)) return;
  std::string frame;
  sio::ws::append_close(frame, CloseCode::too_big, reason);
  const std::string_view kept = std::string_view(frame).substr(4);
  SIO_CHECK(reason.starts_with(kept) && sio::is_utf8(kept) && kept.size() <= 123);
  SIO_CHECK(kept.size() + 4 > std::min<std::size_t>(reason.size(), 123));
  SIO_CHECK(masked(frame, kept.size() + 2).size() == frame.size() + 4);
}

// By a decoder that moves between any two pieces.
std::vector<Seen> decode_moving(std::string_view bytes, const Limits& limits, std::size_t piece_bytes) {
  Decoder decoder(limits);
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) {
    Decoder moved(std::move(decoder));
    decoder = std::move(moved);
    sio::ws::testing::feed(decoder, bytes.substr(at, piece_bytes), seen);
    const bool over = !seen.empty() && (seen.back().kind == EventKind::close || seen.back().kind == EventKind::error);
    SIO_CHECK(!over || !decoder.mid_message());
    SIO_CHECK(over || at > 0 || !seen.empty() || decoder.mid_message());
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Limits limits{.message_bytes_max = data[0] * std::size_t{16}, .fragments_max = 1U + data[0] % 16U};
  const std::size_t piece_bytes = 1U + data[1] % 32U;
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::string frames;
  if (rest.starts_with('+')) {
    frames = masked_frames(rest.substr(1));
    rest = frames;
  }

  const std::vector<Seen> whole = sio::ws::testing::decode(rest, limits);
  check_events(whole, limits);
  for (const Seen& event : whole) check_written(event, limits);
  if (data[1] >= 192 && !whole.empty()) check_close_reason(whole[0].payload);
  SIO_CHECK(whole == sio::ws::testing::decode_in_pieces(rest, limits, 1));
  SIO_CHECK(whole == decode_moving(rest, limits, piece_bytes));
  return 0;
}
