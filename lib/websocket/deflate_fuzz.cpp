// The decoder with permessage-deflate agreed on, under arbitrary bytes: however they are cut, the same events come out,
// within the limits, counted after inflating. Then the other way: what the input holds is written to the client, whose
// zlib gets it back.
//
// Bytes of an input: the limits, the cut, the terms, then one that chooses what the rest is: '+' a list of frames
// (first byte of the head, length, payload as it is), '*' the same with payloads to be compressed first, so that the
// fuzzer need not guess a deflate stream; anything else: bytes of the wire. The cut's two upper bits say whether the
// other way is gone too.
// libFuzzer: -max_len=1024
#include <cstdlib>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "test_deflate.hpp"

namespace {

using sio::ws::Deflate;
using sio::ws::DeflateEngine;
using sio::ws::DeflateTerms;
using sio::ws::EventKind;
using sio::ws::Limits;
using sio::ws::Opcode;
using sio::ws::testing::Seen;

std::string frames_of(std::string_view list, bool compress) {
  static sio::ws::Deflater compressor(1, 9);
  std::string bytes;
  while (list.size() >= 2) {
    const auto first = static_cast<unsigned char>(list[0]);
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(list[1]), list.size() - 2);
    const std::string_view payload = list.substr(2, length);
    list.remove_prefix(2 + length);
    sio::ws::testing::Frame frame{.opcode = static_cast<Opcode>(first & 0x0FU),
                                  .payload = std::string(payload),
                                  .fin = (first & 0x80U) != 0,
                                  .rsv = first >> 4U & 7U};
    if (compress && (first & 0x40U) != 0 && !payload.empty()) {
      frame.payload.clear();
      compressor.reset();
      // Repeated, so that little input makes long messages.
      std::string repeated;
      for (std::size_t i = 0; i <= length / 16; ++i) repeated += payload;
      compressor.message(repeated, frame.payload);
    }
    if (compress && !frame.fin && frame.payload.size() > 1) {
      // The same payload over two frames.
      const std::string tail = frame.payload.substr(frame.payload.size() / 2);
      frame.payload.resize(frame.payload.size() / 2);
      bytes += encode(frame);
      bytes += encode(sio::ws::testing::Frame{.opcode = Opcode::continuation, .payload = tail});
      continue;
    }
    bytes += encode(frame);
  }
  return bytes;
}

void check_events(const std::vector<Seen>& seen, const Limits& limits) {
  for (const Seen& event : seen) {
    if (event.kind == EventKind::text) SIO_CHECK(sio::is_utf8(event.payload));
    if (event.kind == EventKind::text || event.kind == EventKind::binary) {
      SIO_CHECK(event.payload.size() <= limits.message_bytes_max);
    }
    if (event.kind == EventKind::error) {
      SIO_CHECK(&event == &seen.back() && event.code >= 1002 && event.code <= 1009);
    }
    SIO_CHECK(event.kind != EventKind::need_more);
  }
}

// Frames of a server are those of a client but for the mask, which the decoder demands.
std::string masked(std::string_view frame) {
  const auto length = static_cast<unsigned char>(frame[1]);
  const std::size_t head = length < 126 ? 2 : (length == 126 ? 4 : 10);
  std::string bytes(frame.substr(0, head));
  bytes[1] = static_cast<char>(length | 0x80U);
  return bytes.append(4, '\0').append(frame.substr(head));
}

void check_written(DeflateEngine& engine, const DeflateTerms& terms, std::string_view data) {
  const Limits limits{.message_bytes_max = data.size() + 1, .fragments_max = 1};
  // What the server sends with its window, a peer with the same terms turned round understands.
  DeflateTerms peer = terms;
  peer.client_takeover = terms.server_takeover;
  peer.client_window_bits = terms.server_window_bits;
  Deflate writer(engine, terms);
  sio::ws::Decoder reader(limits, std::make_unique<Deflate>(engine, peer));
  const std::vector<sio::SharedBytes> outboxes(2, sio::SharedBytes(data));  // several receivers
  std::vector<Seen> seen;
  for (int i = 0; i < 3; ++i) {
    std::string frame;
    writer.append_message(frame, Opcode::binary, outboxes[0]);
    SIO_CHECK(frame.size() <= data.size() + sio::ws::kHeadBytesMax);
    sio::ws::testing::feed(reader, masked(frame), seen);
    SIO_CHECK(seen.size() == static_cast<std::size_t>(i) + 1 && seen.back().payload == data);
  }
  engine.forget_shared();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  static DeflateEngine engine({.enabled = true, .context_takeover = true, .compress_bytes_min = 1});
  const Limits limits{.message_bytes_max = data[0] * std::size_t{64}, .fragments_max = 1U + data[0] % 16U};
  const std::size_t piece_bytes = 1U + data[1] % 64U;
  const DeflateTerms terms{.server_takeover = (data[2] & 1U) != 0,
                           .client_takeover = (data[2] & 2U) != 0,
                           .server_window_bits = static_cast<std::uint8_t>(9U + (data[2] >> 2U) % 7U),
                           .client_window_bits = static_cast<std::uint8_t>(8U + (data[2] >> 5U))};
  const std::string_view rest(reinterpret_cast<const char*>(data) + 4, size - 4);
  std::string bytes(rest);
  if (data[3] == '+' || data[3] == '*') bytes = frames_of(rest, data[3] == '*');

  const std::vector<Seen> whole =
      sio::ws::testing::decode_deflate(engine, terms, bytes, limits, std::max<std::size_t>(bytes.size(), 1));
  check_events(whole, limits);
  SIO_CHECK(whole == sio::ws::testing::decode_deflate(engine, terms, bytes, limits, 1));
  SIO_CHECK(whole == sio::ws::testing::decode_deflate(engine, terms, bytes, limits, piece_bytes));
  if (!rest.empty() && data[1] < 64) check_written(engine, terms, rest);
  return 0;
}
