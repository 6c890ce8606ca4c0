#include <array>
#include <charconv>

#include "sio/base/check.hpp"
#include "sio/json/writer.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;  // 2^64 − 1
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

void append_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<AckId> ack_id,
                   std::string_view json, std::size_t attachments) {
  const bool binary = type == PacketType::binary_event || type == PacketType::binary_ack;
  SIO_CHECK(binary == (attachments > 0));
  SIO_CHECK(!nsp.empty() && nsp.front() == '/');
  out += static_cast<char>('0' + static_cast<int>(type));
  if (binary) {
    append_number(out, attachments);
    out += '-';
  }
  if (nsp.size() > 1) {
    out += nsp;
    out += ',';
  }
  if (ack_id) append_number(out, *ack_id);
  out += json;
}

void append_event_payload(std::string& out, std::string_view name, std::string_view args_json) {
  out += '[';
  json::append_string(out, name);
  if (!args_json.empty()) {
    out += ',';
    out += args_json;
  }
  out += ']';
}

std::string_view arguments_text(const DecodedPacket& packet) {
  const std::string_view payload = packet.payload;
  if (payload.size() < 2 || payload.front() != '[') return {};
  const std::size_t begin =
      packet.event_name.empty()
          ? 1
          : static_cast<std::size_t>(packet.event_name.data() - payload.data()) + packet.event_name.size();
  std::string_view inner = trim(payload.substr(begin, payload.size() - 1 - begin));
  if (!packet.event_name.empty() && !inner.empty()) inner.remove_prefix(1);  // the comma after the name
  return trim(inner);
}

}  // namespace sio
