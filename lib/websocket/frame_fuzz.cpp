// The decoder under arbitrary bytes: however they are cut, the same events come out, within the limits, and text is
// UTF-8. The first two bytes of an input choose the limits and the cuts. Inputs that begin with '+' in place of a third
// byte are masked frames as a list of (head, length, payload), so that the fuzzer need not guess a mask.
#include <cstdlib>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "test_frames.hpp"

namespace {

using sio::ws::CloseCode;
using sio::ws::EventKind;
using sio::ws::Limits;
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
    bytes += sio::ws::testing::encode({.opcode = static_cast<sio::ws::Opcode>(first & 0x0FU),
                                       .payload = std::string(list.substr(2, length)),
                                       .fin = (first & 0x80U) != 0,
                                       .rsv = first >> 4U & 7U});
    list.remove_prefix(2 + length);
  }
  return bytes;
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
  SIO_CHECK(whole == sio::ws::testing::decode_in_pieces(rest, limits, 1));
  SIO_CHECK(whole == sio::ws::testing::decode_in_pieces(rest, limits, piece_bytes));
  return 0;
}
