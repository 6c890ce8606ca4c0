#include "frames.hpp"

#include <array>
#include <cstddef>

namespace sio::simulation {
namespace {

constexpr unsigned char kFinal = 0x80;

std::string frame(World& world, bool final, ws::Opcode opcode, std::string_view payload) {
  std::array<char, ws::kHeadBytesMax> head{};
  const std::size_t size = ws::write_head(head.data(), opcode, payload.size());
  std::string out(head.data(), size);
  if (!final) out[0] = static_cast<char>(static_cast<unsigned char>(out[0]) & 0x7fU);
  out[1] = static_cast<char>(static_cast<unsigned char>(out[1]) | 0x80U);  // masked
  std::array<char, 4> mask{};
  for (char& byte : mask) byte = static_cast<char>(world.pick(0, 255));
  out.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

}  // namespace

std::string client_message(World& world, ws::Opcode opcode, std::string_view payload) {
  if (payload.size() < 2 || !world.chance(15)) return frame(world, true, opcode, payload);
  const auto cut = static_cast<std::size_t>(world.pick(0, static_cast<int>(payload.size())));
  std::string out = frame(world, false, opcode, payload.substr(0, cut));
  if (world.chance(10)) out += frame(world, true, ws::Opcode::ping, "p");
  return out + frame(world, true, ws::Opcode::continuation, payload.substr(cut));
}

std::string client_close(World& world) { return frame(world, true, ws::Opcode::close, ""); }

bool FrameReader::feed(std::string_view bytes, const Take& take) {
  buffer_ += bytes;
  for (;;) {
    if (buffer_.size() < 2) return true;
    const auto first = static_cast<unsigned char>(buffer_[0]);
    const auto second = static_cast<unsigned char>(buffer_[1]);
    if ((first & kFinal) == 0 || (first & 0x70U) != 0 || second >= 0x80U) return false;
    std::size_t head = 2;
    std::size_t length = second;
    if (second >= 126) {
      const std::size_t bytes_of_length = second == 126 ? 2 : 8;
      head += bytes_of_length;
      if (buffer_.size() < head) return true;
      length = 0;
      for (std::size_t i = 2; i < head; ++i) length = length << 8U | static_cast<unsigned char>(buffer_[i]);
    }
    if (buffer_.size() < head + length) return true;
    const std::string payload = buffer_.substr(head, length);
    buffer_.erase(0, head + length);
    take(static_cast<ws::Opcode>(first & 0x0fU), payload);
  }
}

}  // namespace sio::simulation
