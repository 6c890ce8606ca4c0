#include <algorithm>
#include <array>
#include <utility>

#include "sio/base/utf8.hpp"
#include "sio/json/value.hpp"
#include "sio/json/walker.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

namespace {

constexpr std::uint64_t kSafeIntegerMax = (std::uint64_t{1} << 53) - 1;

constexpr std::array<std::string_view, 6> kReservedEvents = {"connect",       "connect_error", "disconnect",
                                                             "disconnecting", "newListener",   "removeListener"};

bool is_binary(PacketType type) { return type == PacketType::binary_event || type == PacketType::binary_ack; }
bool is_event(PacketType type) { return type == PacketType::event || type == PacketType::binary_event; }
bool is_ack(PacketType type) { return type == PacketType::ack || type == PacketType::binary_ack; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the decimal number that `text` begins with; none if there is no digit or it is over `max`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t max) {
  std::uint64_t number = 0;
  std::size_t size = 0;
  for (; size < text.size() && is_digit(text[size]); ++size) {
    number = number * 10 + static_cast<std::uint64_t>(text[size] - '0');
    if (number > max) return std::nullopt;
  }
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

// Takes `/name,` or, at the end of the text, `/name`. False if the name could not be sent back in a packet.
bool take_namespace(std::string_view& text, std::string_view& nsp) {
  if (text.empty() || text.front() != '/') return true;
  const std::size_t end = std::min(text.find(','), text.size());
  const std::string_view name = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (name.size() == 1) return true;  // the root, written out
  nsp = name;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; };
  return std::none_of(name.begin(), name.end(), is_control) && is_utf8(name);
}

bool is_reserved(json::Value name) {
  const std::string_view text = name.text();
  const auto same_as = [](std::string_view other) { return [other](std::string_view word) { return word == other; }; };
  if (text.find('\\') == std::string_view::npos) {
    return std::any_of(kReservedEvents.begin(), kReservedEvents.end(), same_as(text.substr(1, text.size() - 2)));
  }
  std::string buffer;
  return std::any_of(kReservedEvents.begin(), kReservedEvents.end(), same_as(*name.as_string(buffer)));
}

// An array whose first element may name an event.
bool take_event_name(json::Value payload, DecodedPacket& packet) {
  const auto elements = payload.elements();
  if (elements == json::EndOfRange{}) return false;
  const json::Value name = *elements;
  if (!name.is_string() && name.kind() != json::Kind::number) return false;
  if (name.is_string() && is_reserved(name)) return false;
  packet.event_name = name.text();
  return true;
}

// Each object that calls itself a placeholder must name one of the attachments. One walk over the text; what it keeps
// of a container is bounded by the depth limit.
bool placeholders_fit(std::string_view payload, std::size_t attachments) {
  using Step = json::Walker::Step;
  enum class Key : std::uint8_t { other, placeholder, num };
  struct Open {
    bool is_placeholder = false;
    bool names_attachment = false;
  };
  std::vector<Open> open;
  Key key = Key::other;  // before the value that comes next
  json::Walker walker(payload);
  for (Step step = walker.next(); step != Step::done; step = walker.next()) {
    if (step == Step::key) {
      key = walker.key_is("_placeholder") ? Key::placeholder : walker.key_is("num") ? Key::num : Key::other;
      continue;
    }
    if (step == Step::end) {
      if (open.back().is_placeholder && !open.back().names_attachment) return false;
      open.pop_back();
    } else if (step != Step::scalar) {
      open.emplace_back();
    } else if (key == Key::placeholder) {
      open.back().is_placeholder = walker.value().as_bool().value_or(false);
    } else if (key == Key::num) {
      const auto num = walker.value().as_int64();
      open.back().names_attachment = num && *num >= 0 && static_cast<std::uint64_t>(*num) < attachments;
    }
    key = Key::other;
  }
  return true;
}

// Checks what follows the ack id, by the kind of packet.
bool take_payload(std::string_view text, const json::Limits& limits, DecodedPacket& packet) {
  if (packet.type == PacketType::disconnect) return text.empty();
  if (text.empty()) return packet.type == PacketType::connect;

  packet.json_error = json::scan(text, limits);
  if (json::is_not_json(packet.json_error)) return false;
  const json::Value payload(text);
  packet.payload = payload.text();
  if (is_event(packet.type)) return payload.is_array() && take_event_name(payload, packet);
  if (is_ack(packet.type)) return payload.is_array();
  return payload.is_object();
}

// All of a packet but its attachments, whose number goes to `attachments`. False: no client may send this.
bool parse(std::string_view text, const DecoderLimits& limits, DecodedPacket& packet, std::size_t& attachments) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return false;
  packet.type = static_cast<PacketType>(text.front() - '0');
  text.remove_prefix(1);

  if (is_binary(packet.type)) {
    const auto count = take_number(text, limits.attachments_max);
    if (!count || *count == 0 || text.empty() || text.front() != '-') return false;
    text.remove_prefix(1);
    attachments = static_cast<std::size_t>(*count);
  }
  if (!take_namespace(text, packet.nsp)) return false;
  if ((is_event(packet.type) || is_ack(packet.type)) && !text.empty() && is_digit(text.front())) {
    packet.ack_id = take_number(text, kSafeIntegerMax);
    if (!packet.ack_id) return false;
  }
  if (!take_payload(text, limits.json, packet)) return false;
  return !is_binary(packet.type) || packet.json_error != json::Error::none ||
         placeholders_fit(packet.payload, attachments);
}

}  // namespace

struct Decoder::Pending {
  std::string text;      // what the packet's views point into
  DecodedPacket packet;  // without its attachments as long as they are due
  std::vector<SharedBytes> attachments;
  std::size_t attachments_due = 0;
  std::size_t bytes = 0;  // of the attachments received
};

Decoder::Decoder(const DecoderLimits& limits) : limits_(&limits) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

bool Decoder::attachments_due() const { return pending_ != nullptr && pending_->attachments_due > 0; }

Decoder::Status Decoder::feed_text(std::string_view text, DecodedPacket& out) {
  const bool interrupts = attachments_due();
  pending_.reset();
  if (interrupts) return Status::invalid;

  DecodedPacket packet;
  std::size_t attachments = 0;
  if (!parse(text, *limits_, packet, attachments)) return Status::invalid;
  if (attachments == 0) {
    out = packet;
    return Status::packet;
  }

  pending_ = std::make_unique<Pending>();
  pending_->text = text;
  pending_->attachments_due = attachments;
  const auto moved = [&](std::string_view view) {
    return std::string_view(pending_->text).substr(static_cast<std::size_t>(view.data() - text.data()), view.size());
  };
  if (packet.nsp != "/") packet.nsp = moved(packet.nsp);  // the root is no view of the text
  packet.payload = moved(packet.payload);
  if (is_event(packet.type)) packet.event_name = moved(packet.event_name);
  pending_->packet = packet;
  return Status::pending;
}

Decoder::Status Decoder::feed_binary(std::string_view bytes, DecodedPacket& out) {
  if (!attachments_due() || bytes.size() > limits_->attachment_bytes_max - pending_->bytes) {
    pending_.reset();
    return Status::invalid;
  }
  pending_->bytes += bytes.size();
  if (limits_->keep_attachments) pending_->attachments.emplace_back(bytes);
  if (--pending_->attachments_due > 0) return Status::pending;
  pending_->packet.attachments = pending_->attachments;
  out = pending_->packet;
  return Status::packet;
}

Verdict judge(PacketType type, NamespaceState state) {
  switch (type) {
    // A namespace is joined once, also while the answer is under way.
    case PacketType::connect:
      return state == NamespaceState::absent ? Verdict::accept : Verdict::close;
    case PacketType::connect_error:
      return Verdict::close;
    // Between a CONNECT and its confirmation clients send nothing in that namespace, no DISCONNECT either.
    case PacketType::disconnect:
    case PacketType::event:
    case PacketType::ack:
    case PacketType::binary_event:
    case PacketType::binary_ack:
      return state == NamespaceState::connected ? Verdict::accept : Verdict::close;
  }
  return Verdict::close;
}

}  // namespace sio
