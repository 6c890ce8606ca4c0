#include "talk.hpp"

#include <charconv>

namespace sio::simulation {
namespace {

// What the event or acknowledgement with that number looks like. Everything follows from the number.
struct Shape {
  std::string payload;
  std::vector<std::string> attachments;
};

Shape shape(std::string_view name, int number, int attachments) {
  Shape made;
  made.payload = "[\"" + std::string(name) + "\"," + std::to_string(number) + ",\"";
  const int length = number % 97 == 96 ? 3'000 : number * 37 % 200;
  made.payload.append(static_cast<std::size_t>(length), 'x');
  made.payload += '"';
  for (int i = 0; i < attachments; ++i) {
    made.payload += R"(,{"_placeholder":true,"num":)" + std::to_string(i) + '}';
    const int size = (number + i) * 13 % 90;
    made.attachments.push_back(std::to_string(number) + '.' + std::to_string(i) +
                               std::string(static_cast<std::size_t>(size), static_cast<char>(number)));
  }
  made.payload += ']';
  return made;
}

Shape event_of(int number) { return shape("m", number, number % 5 == 3 ? 1 + number % 3 : 0); }
Shape volatile_of(int number) { return shape("v", number, number % 2); }
Shape ack_of(AckId id) { return shape("a", static_cast<int>(id), id % 2 == 0 ? 1 : 0); }
bool wants_ack(int number) { return number % 7 == 2; }

std::vector<Talk::Message> encode(PacketType type, const Shape& shape, std::optional<AckId> ack_id) {
  if (!shape.attachments.empty()) {
    type = type == PacketType::event ? PacketType::binary_event : PacketType::binary_ack;
  }
  std::vector<Talk::Message> messages(1);
  append_packet(messages[0].bytes, type, "/", ack_id, shape.payload, shape.attachments.size());
  for (const std::string& attachment : shape.attachments) messages.push_back({attachment, true});
  return messages;
}

bool looks_like(const DecodedPacket& packet, const Shape& shape) {
  if (packet.payload != shape.payload || packet.attachments.size() != shape.attachments.size()) return false;
  for (std::size_t i = 0; i < shape.attachments.size(); ++i) {
    if (packet.attachments[i].view() != shape.attachments[i]) return false;
  }
  return true;
}

}  // namespace

void Talk::say() {
  const int number = said_;
  const std::optional<AckId> ack_id =
      wants_ack(number) ? std::optional<AckId>(static_cast<AckId>(number)) : std::nullopt;
  if (!emit_(encode(PacketType::event, event_of(number), ack_id), false)) return;
  ++said_;
  if (ack_id) unanswered_.insert(*ack_id);
}

void Talk::say_volatile() { emit_(encode(PacketType::event, volatile_of(said_volatile_++), std::nullopt), true); }

void Talk::hear(std::string_view data, bool binary) {
  DecodedPacket packet;
  switch (binary ? decoder_.feed_binary(data, packet) : decoder_.feed_text(data, packet)) {
    case Decoder::Status::packet:
      return on_packet(packet);
    case Decoder::Status::pending:
      return;
    case Decoder::Status::invalid:
      world_.fail(name_ + " cannot decode " + (binary ? "an attachment" : std::string(data.substr(0, 60))));
  }
}

void Talk::on_packet(const DecodedPacket& packet) {
  switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event:
      return packet.event_name == "\"v\"" ? on_volatile(packet) : on_event(packet);
    case PacketType::ack:
    case PacketType::binary_ack:
      return on_ack(packet);
    default:
      expect(false, "a packet of no use", packet);
  }
}

void Talk::on_event(const DecodedPacket& packet) {
  const int number = heard_;
  expect(looks_like(packet, event_of(number)), "not the event that is due", packet);
  expect(packet.ack_id.has_value() == wants_ack(number), "the wish for an acknowledgement is wrong", packet);
  ++heard_;
  if (packet.ack_id) emit_(encode(PacketType::ack, ack_of(*packet.ack_id), packet.ack_id), false);
}

void Talk::on_volatile(const DecodedPacket& packet) {
  int number = -1;
  const std::string_view digits = packet.payload.substr(std::string_view("[\"v\",").size());
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  expect(number > heard_volatile_, "a volatile event is doubled or reordered", packet);
  expect(number >= 0 && looks_like(packet, volatile_of(number)), "a volatile event is torn", packet);
  heard_volatile_ = number;
}

void Talk::on_ack(const DecodedPacket& packet) {
  expect(packet.ack_id && unanswered_.erase(*packet.ack_id) == 1, "an acknowledgement nobody waits for", packet);
  expect(packet.ack_id && looks_like(packet, ack_of(*packet.ack_id)), "another acknowledgement", packet);
}

void Talk::expect(bool holds, std::string_view what, const DecodedPacket& packet) {
  if (holds) return;
  world_.fail(name_ + ", event " + std::to_string(heard_) + " being due, got " +
              std::string(packet.payload.substr(0, 60)) + ": " + std::string(what));
}

}  // namespace sio::simulation
