// For the tests and the fuzz target of lib/websocket: frames as a client writes them, right or wrong, and a decoder run
// over bytes that arrive in given pieces. Private.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/websocket/frame.hpp"

namespace sio::ws::testing {

inline constexpr std::array<char, 4> kKey = {'\x37', '\xFA', '\x21', '\x3D'};

struct Frame {
  Opcode opcode = Opcode::text;
  std::string payload{};
  bool fin = true;
  unsigned rsv = 0;  // 0–7
  bool masked = true;
  int length_bytes = -1;  // 0, 2, 8: that form; -1: the shortest
};

inline std::string encode(const Frame& frame) {
  const std::size_t size = frame.payload.size();
  const int length_bytes = frame.length_bytes >= 0 ? frame.length_bytes : (size < 126 ? 0 : (size <= 0xFFFF ? 2 : 8));
  std::string out;
  out.push_back(
      static_cast<char>((frame.fin ? 0x80U : 0U) | (frame.rsv & 7U) << 4U | static_cast<unsigned>(frame.opcode)));
  const unsigned mask_bit = frame.masked ? 0x80U : 0U;
  const auto short_length = length_bytes == 0 ? static_cast<unsigned>(size) : (length_bytes == 2 ? 126U : 127U);
  out.push_back(static_cast<char>(mask_bit | short_length));
  for (int i = length_bytes - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(size) >> (8U * static_cast<unsigned>(i)) & 0xFFU));
  }
  if (!frame.masked) return out + frame.payload;
  out.append(kKey.data(), kKey.size());
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(frame.payload[i] ^ kKey[i % 4]));
  return out;
}

inline std::string encode(const std::vector<Frame>& frames) {
  std::string out;
  for (const Frame& frame : frames) out += encode(frame);
  return out;
}

// An event with its payload copied.
struct Seen {
  EventKind kind = EventKind::need_more;
  unsigned code = 0;
  std::string payload{};
  friend bool operator==(const Seen&, const Seen&) = default;
};

inline void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "{kind " << static_cast<int>(seen.kind) << " code " << seen.code << " payload " << seen.payload.size()
       << " B '" << seen.payload.substr(0, 40) << "'}";
}

// Appends the events of `bytes`, which arrive as one piece. The piece is copied to memory of exactly its size, so that
// a sanitizer sees any read beyond it.
inline void feed(Decoder& decoder, std::string_view bytes, std::vector<Seen>& seen) {
  std::vector<char> piece(bytes.begin(), bytes.end());
  std::span<char> input(piece);
  for (Event event = decoder.next(input); event.kind != EventKind::need_more; event = decoder.next(input)) {
    seen.push_back({event.kind, static_cast<unsigned>(event.code), std::string(event.payload)});
  }
}

inline std::vector<Seen> decode_in_pieces(std::string_view bytes, const Limits& limits, std::size_t piece_bytes) {
  Decoder decoder(limits);
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) feed(decoder, bytes.substr(at, piece_bytes), seen);
  return seen;
}

inline std::vector<Seen> decode(std::string_view bytes, const Limits& limits) {
  return decode_in_pieces(bytes, limits, std::max<std::size_t>(bytes.size(), 1));
}

}  // namespace sio::ws::testing
