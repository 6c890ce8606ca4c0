// For the tests and the fuzz target of permessage-deflate: what a client compresses, and a connection's decoder with
// the extension. Private.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/websocket/deflate.hpp"
#include "test_frames.hpp"
#include "zlib_stream.hpp"

namespace sio::ws::testing {

inline constexpr unsigned kCompressed = 4;  // RSV1, as Frame::rsv

// One message compressed on its own.
inline std::string compress(std::string_view message, int level = 6, int window_bits = 15) {
  Deflater deflater(level, window_bits);
  std::string compressed;
  deflater.message(message, compressed);
  return compressed;
}

inline std::vector<Seen> decode_deflate(DeflateEngine& engine, const DeflateTerms& terms, std::string_view bytes,
                                        const Limits& limits, std::size_t piece_bytes) {
  Decoder decoder(limits, std::make_unique<Deflate>(engine, terms));
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes) feed(decoder, bytes.substr(at, piece_bytes), seen);
  return seen;
}

}  // namespace sio::ws::testing
