// Any sequence of messages: the decoder takes exactly what a second reading of the protocol page takes, what it hands
// out keeps what its header promises, and reads the same once written again. Input: limits in the first byte, then
// messages parted by RS; one that begins with `b` is binary.

// libFuzzer: -max_len=256

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "sio/json/value.hpp"
#include "sio/socketio/packet.hpp"

namespace {

using namespace sio;
using Status = Decoder::Status;

bool is_event(PacketType type) { return type == PacketType::event || type == PacketType::binary_event; }
bool is_ack(PacketType type) { return type == PacketType::ack || type == PacketType::binary_ack; }
bool is_binary(PacketType type) { return type == PacketType::binary_event || type == PacketType::binary_ack; }

// The digits at the front; none is an empty text.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return digits;
}

// Whether a decimal number is at most `max` (of the same kind, without leading zeros).
bool at_most(std::string_view digits, std::string_view max) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits.size() < max.size() || (digits.size() == max.size() && digits <= max);
}

bool is_event_name(const json::Value& name) {
  if (name.kind() == json::Kind::number) return true;
  const auto text = name.as_string();
  return text && *text != "connect" && *text != "connect_error" && *text != "disconnect" && *text != "disconnecting" &&
         *text != "newListener" && *text != "removeListener";
}

// Recursive where the decoder may not be.
bool placeholders_name_attachments(const json::Value& value, std::size_t attachments) {
  for (const json::Value element : value.elements()) {
    if (!placeholders_name_attachments(element, attachments)) return false;
  }
  for (const json::Member member : value.members()) {
    if (!placeholders_name_attachments(member.value, attachments)) return false;
  }
  const auto mark = value.find("_placeholder");
  if (!mark || mark->text() != "true") return true;
  const auto num = value.find("num");
  if (!num) return false;
  const auto index = num->as_int64();
  return index && *index >= 0 && *index < static_cast<std::int64_t>(attachments);
}

// Protocol page 2.2 over one text message while nothing is due: how it must end.
Status expected_of_text(std::string_view text, const DecoderLimits& limits) {
  if (text.empty() || text[0] < '0' || text[0] > '6') return Status::invalid;
  const auto type = static_cast<PacketType>(text[0] - '0');
  text.remove_prefix(1);
  std::size_t attachments = 0;
  if (is_binary(type)) {
    const std::string_view count = take_digits(text);
    if (count.empty() || !at_most(count, std::to_string(limits.attachments_max))) return Status::invalid;
    if (at_most(count, "0") || !text.starts_with('-')) return Status::invalid;
    text.remove_prefix(1);
    attachments = static_cast<std::size_t>(count.back() - '0');
  }
  if (text.starts_with('/')) {
    const std::string_view nsp = text.substr(0, text.find(','));
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 127; };
    if (!is_utf8(nsp) || std::any_of(nsp.begin(), nsp.end(), is_control)) return Status::invalid;
    text.remove_prefix(std::min(nsp.size() + 1, text.size()));
  }
  if ((is_event(type) || is_ack(type)) && !at_most(take_digits(text), "9007199254740991")) return Status::invalid;
  if (type == PacketType::disconnect) return text.empty() ? Status::packet : Status::invalid;
  if (text.empty()) return type == PacketType::connect ? Status::packet : Status::invalid;
  const json::Error error = json::scan(text, limits.json);
  if (json::is_not_json(error)) return Status::invalid;
  const json::Value payload(text);
  if (is_event(type)) {
    if (!payload.is_array() || !payload.at(0) || !is_event_name(*payload.at(0))) return Status::invalid;
  } else if (is_ack(type) ? !payload.is_array() : !payload.is_object()) {
    return Status::invalid;
  }
  if (attachments == 0) return Status::packet;
  const bool fit = error != json::Error::none || placeholders_name_attachments(payload, attachments);
  return fit ? Status::pending : Status::invalid;
}

void check_promises(const DecodedPacket& packet, const DecoderLimits& limits) {
  SIO_CHECK(!packet.nsp.empty() && packet.nsp.front() == '/');
  SIO_CHECK(!packet.ack_id ||
            (*packet.ack_id < std::uint64_t{1} << 53 && (is_event(packet.type) || is_ack(packet.type))));
  if (limits.keep_attachments) {
    SIO_CHECK(packet.attachments.empty() != is_binary(packet.type));
    SIO_CHECK(packet.attachments.size() <= limits.attachments_max);
  } else {
    SIO_CHECK(packet.attachments.empty());
  }
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
  Status status = decoder.feed_text(text, again);
  for (const SharedBytes& attachment : packet.attachments) {
    SIO_CHECK(status == Status::pending);
    status = decoder.feed_binary(attachment.view(), again);
  }
  SIO_CHECK(status == Status::packet);
  SIO_CHECK(again.type == packet.type && again.nsp == packet.nsp && again.ack_id == packet.ack_id);
  SIO_CHECK(again.payload == payload && again.event_name == packet.event_name && again.json_error == packet.json_error);
  SIO_CHECK(arguments_text(again) == arguments_text(packet));
  SIO_CHECK(std::equal(packet.attachments.begin(), packet.attachments.end(), again.attachments.begin(),
                       again.attachments.end(),
                       [](const SharedBytes& a, const SharedBytes& b) { return a.view() == b.view(); }));
  if (packet.event_name.starts_with('"') && packet.json_error == json::Error::none) {  // as the server writes it
    const std::string name = *json::Value(packet.event_name).as_string();
    std::string written;
    append_event_payload(written, name, arguments_text(packet));
    SIO_CHECK(json::scan(written, limits.json) == json::Error::none);
    SIO_CHECK(json::Value(written).at(0)->as_string() == name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const unsigned choice = input.byte();
  DecoderLimits limits;
  limits.attachments_max = choice & 3U;
  limits.attachment_bytes_max = choice >> 3;
  limits.keep_attachments = (choice & 4U) == 0;
  Decoder decoder(limits);
  std::size_t due = 0;
  while (!input.empty()) {
    // A copy of its own, so that a sanitizer sees a read beyond the message or after its life.
    const std::string message(input.until('\x1E'));
    const bool binary = message.starts_with('b');
    DecodedPacket packet;
    packet.event_name = "untouched";
    const Status status =
        binary ? decoder.feed_binary(std::string_view(message).substr(1), packet) : decoder.feed_text(message, packet);
    SIO_CHECK(decoder.attachments_due() == (status == Status::pending));
    Decoder moved(std::move(decoder));  // what was handed out stays where it is
    decoder = std::move(moved);
    SIO_CHECK((status == Status::packet) == (packet.event_name != "untouched"));
    if (binary) {
      SIO_CHECK(due > 0 || status == Status::invalid);
      due = status == Status::pending ? due - 1 : 0;
    } else {
      SIO_CHECK(status == (due > 0 ? Status::invalid : expected_of_text(message, limits)));
      due = status == Status::pending ? limits.attachments_max : 0;
    }
    if (status != Status::packet) continue;
    check_promises(packet, limits);
    if (limits.keep_attachments || !is_binary(packet.type)) check_round_trip(packet, limits);
  }
  return 0;
}
