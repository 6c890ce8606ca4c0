// Any sequence of messages: what the decoder hands out keeps what its header promises, and reads the same once written
// again. Input: limits in the first byte, then messages parted by RS; one that begins with `b` is binary.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/json/value.hpp"
#include "sio/socketio/packet.hpp"

namespace {

using namespace sio;

bool is_event(PacketType type) { return type == PacketType::event || type == PacketType::binary_event; }
bool is_ack(PacketType type) { return type == PacketType::ack || type == PacketType::binary_ack; }
bool is_binary(PacketType type) { return type == PacketType::binary_event || type == PacketType::binary_ack; }

void check_promises(const DecodedPacket& packet, const DecoderLimits& limits) {
  SIO_CHECK(!packet.nsp.empty() && packet.nsp.front() == '/');
  SIO_CHECK(!packet.ack_id || *packet.ack_id < std::uint64_t{1} << 53);
  SIO_CHECK(packet.attachments.empty() != is_binary(packet.type));
  SIO_CHECK(packet.attachments.size() <= limits.attachments_max);
  std::size_t bytes = 0;
  for (const SharedBytes& attachment : packet.attachments) bytes += attachment.size();
  SIO_CHECK(bytes <= limits.attachment_bytes_max);
  SIO_CHECK(packet.event_name.empty() != is_event(packet.type));
  SIO_CHECK(!packet.payload.empty() || packet.type == PacketType::connect || packet.type == PacketType::disconnect);
  if (!packet.payload.empty()) {
    SIO_CHECK(json::scan(packet.payload, limits.json) == packet.json_error);
    const json::Value payload(packet.payload);
    SIO_CHECK(is_event(packet.type) || is_ack(packet.type) ? payload.is_array() : payload.is_object());
  }
  if (is_event(packet.type)) SIO_CHECK(json::Value(packet.payload).at(0)->text() == packet.event_name);
}

// The arguments and all else, written and read again.
void check_round_trip(const DecodedPacket& packet, const DecoderLimits& limits) {
  std::string payload(packet.payload);
  if (is_event(packet.type) || is_ack(packet.type)) {
    const std::string_view arguments = arguments_text(packet);
    payload = "[" + std::string(packet.event_name);
    if (is_event(packet.type) && !arguments.empty()) payload += ',';
    payload += std::string(arguments) + "]";
  }
  std::string text;
  append_packet(text, packet.type, packet.nsp, packet.ack_id, payload, packet.attachments.size());
  Decoder decoder(limits);
  DecodedPacket again;
  Decoder::Status status = decoder.feed_text(text, again);
  for (const SharedBytes& attachment : packet.attachments) {
    SIO_CHECK(status == Decoder::Status::pending);
    status = decoder.feed_binary(attachment.view(), again);
  }
  SIO_CHECK(status == Decoder::Status::packet);
  SIO_CHECK(again.type == packet.type && again.nsp == packet.nsp && again.ack_id == packet.ack_id);
  SIO_CHECK(again.payload == payload && again.event_name == packet.event_name && again.json_error == packet.json_error);
  SIO_CHECK(arguments_text(again) == arguments_text(packet));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  DecoderLimits limits;
  limits.attachments_max = data[0] & 3U;
  limits.attachment_bytes_max = data[0] >> 2;
  Decoder decoder(limits);
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (bool more = true; more;) {
    const std::size_t end = std::min(rest.find('\x1E'), rest.size());
    more = end < rest.size();
    // A copy of its own, so that a sanitizer sees a read beyond the message or after its life.
    const std::string message(rest.substr(0, end));
    rest.remove_prefix(more ? end + 1 : end);
    const bool binary = !message.empty() && message.front() == 'b';
    DecodedPacket packet;
    const Decoder::Status status =
        binary ? decoder.feed_binary(std::string_view(message).substr(1), packet) : decoder.feed_text(message, packet);
    SIO_CHECK(decoder.attachments_due() == (status == Decoder::Status::pending));
    if (status != Decoder::Status::packet) continue;
    check_promises(packet, limits);
    check_round_trip(packet, limits);
    judge(packet.type, NamespaceState::connected);
  }
  return 0;
}
