// The XOR of RFC 6455 5.3, in place. Private.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sio::ws {

using MaskKey = std::array<char, 4>;

// `phase`: how many payload bytes of the frame came before `bytes`. Eight bytes at a time: the loop is the larger half
// of what receiving a long message costs.
inline void unmask(std::span<char> bytes, const MaskKey& key, std::size_t phase) {
  std::array<char, 8> pattern{};
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key[(phase + i) & 3U];
  std::uint64_t mask = 0;
  std::memcpy(&mask, pattern.data(), sizeof mask);

  std::size_t at = 0;
  for (; at + sizeof mask <= bytes.size(); at += sizeof mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= mask;
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  for (std::size_t i = 0; at < bytes.size(); ++at, ++i) bytes[at] = static_cast<char>(bytes[at] ^ pattern[i]);
}

}  // namespace sio::ws
