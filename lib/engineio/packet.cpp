#include "sio/engineio/packet.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sio::eio {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kInvalid);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::size_t base64_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

std::uint32_t octet(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::uint32_t sextet(std::string_view text, std::size_t i) { return kValues[static_cast<unsigned char>(text[i])]; }

char digit(std::uint32_t bits) { return kAlphabet[bits & 0x3F]; }

// The last group: two or three digits, padded to four. The bits that no byte takes must be zero, or one text could be
// written in several ways.
bool decode_padded(std::string_view group, char*& out) {
  const std::uint32_t first = sextet(group, 0);
  const std::uint32_t second = sextet(group, 1);
  if (first == kInvalid || second == kInvalid) return false;
  *out++ = static_cast<char>(first << 2 | second >> 4);
  if (group[2] == '=') return (second & 0x0F) == 0;
  const std::uint32_t third = sextet(group, 2);
  if (third == kInvalid || (third & 0x03) != 0) return false;
  *out++ = static_cast<char>((second & 0x0F) << 4 | third >> 2);
  return true;
}

}  // namespace

std::size_t polling_size(const Packet& packet) {
  return packet.binary ? 1 + base64_size(packet.bytes.size()) : packet.bytes.size();
}

void append_polling(std::string& body, const Packet& packet) {
  if (packet.binary) {
    body.push_back('b');
    base64_append(body, packet.bytes.view());
  } else {
    body.append(packet.bytes.view());
  }
}

std::optional<std::string_view> PayloadReader::next() {
  if (done_) return std::nullopt;
  const std::size_t end = rest_.find(kRecordSeparator);
  const std::string_view packet = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    done_ = true;
    rest_ = {};
  } else {
    rest_.remove_prefix(end + 1);
  }
  return packet;
}

std::size_t PayloadReader::count(std::string_view body) {
  return 1 + static_cast<std::size_t>(std::count(body.begin(), body.end(), kRecordSeparator));
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  if (!base64_decode_into(text, out)) return std::nullopt;
  return out;
}

bool base64_decode_into(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  if (text.empty()) {
    out.clear();
    return true;
  }
  const std::size_t padding = text.back() != '=' ? 0U : text[text.size() - 2] != '=' ? 1U : 2U;
  const std::size_t whole = padding == 0 ? text.size() : text.size() - 4;
  out.resize(text.size() / 4 * 3 - padding);
  char* to = out.data();
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = sextet(text, i);
    const std::uint32_t b = sextet(text, i + 1);
    const std::uint32_t c = sextet(text, i + 2);
    const std::uint32_t d = sextet(text, i + 3);
    if (((a | b | c | d) & 0x80) != 0) return false;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(bits >> 16);
    *to++ = static_cast<char>(bits >> 8);
    *to++ = static_cast<char>(bits);
  }
  return padding == 0 || decode_padded(text.substr(whole), to);
}

void base64_append(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + base64_size(bytes.size()));
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t bits = octet(bytes, i) << 16 | octet(bytes, i + 1) << 8 | octet(bytes, i + 2);
    *to++ = digit(bits >> 18);
    *to++ = digit(bits >> 12);
    *to++ = digit(bits >> 6);
    *to++ = digit(bits);
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return;
  const std::uint32_t bits = octet(bytes, i) << 16 | (left == 2 ? octet(bytes, i + 1) << 8 : 0U);
  *to++ = digit(bits >> 18);
  *to++ = digit(bits >> 12);
  *to++ = left == 2 ? digit(bits >> 6) : '=';
  *to++ = '=';
}

}  // namespace sio::eio
