#include "log_head.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "durable_file.hpp"

namespace parley::store {
namespace {

constexpr std::uint32_t kMagic = 0x377F0682;  // the lowest bit: the checksums' words are big-endian
constexpr std::uint32_t kVersion = 3'007'000;
constexpr std::size_t kSummedBytes = 24;

using Head = std::array<unsigned char, kLogHeadBytes>;

std::uint32_t big_endian(const Head& head, std::size_t at) {
  return std::uint32_t{head[at]} << 24U | std::uint32_t{head[at + 1]} << 16U | std::uint32_t{head[at + 2]} << 8U |
         std::uint32_t{head[at + 3]};
}

std::uint32_t little_endian(const Head& head, std::size_t at) {
  return std::uint32_t{head[at + 3]} << 24U | std::uint32_t{head[at + 2]} << 16U | std::uint32_t{head[at + 1]} << 8U |
         std::uint32_t{head[at]};
}

}  // namespace

bool is_good_log_head(const Head& head) {
  if (std::all_of(head.begin(), head.end(), [](unsigned char byte) { return byte == 0; })) return true;
  const std::uint32_t magic = big_endian(head, 0);
  const std::uint32_t page = big_endian(head, 8);
  if ((magic & ~1U) != kMagic || big_endian(head, 4) != kVersion) return false;
  if (page < 512 || page > 65'536 || (page & (page - 1)) != 0) return false;
  const auto word = (magic & 1U) != 0 ? big_endian : little_endian;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  for (std::size_t at = 0; at < kSummedBytes; at += 8) {
    first += word(head, at) + second;
    second += word(head, at + 4) + first;
  }
  return first == big_endian(head, 24) && second == big_endian(head, 28);
}

sio::Result<bool, LogHeadError> look_at_log_head(const std::filesystem::path& log) {
  if (!has_content(log)) return true;
  const Descriptor opened(log, O_RDONLY);
  Head head{};
  const ssize_t got = opened ? pread(opened.get(), head.data(), head.size(), 0) : -1;
  if (got < 0) return sio::fail(LogHeadError::unreadable);
  return static_cast<std::size_t>(got) < head.size() || is_good_log_head(head);
}

}  // namespace parley::store
