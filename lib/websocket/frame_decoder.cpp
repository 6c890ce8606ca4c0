#include <algorithm>
#include <array>
#include <utility>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "sio/websocket/deflate.hpp"
#include "sio/websocket/frame.hpp"
#include "unmask.hpp"

namespace sio::ws {

namespace {

constexpr std::size_t kClientHeadBytesMax = 14;
constexpr std::size_t kControlBytesMax = 125;

constexpr bool is_control(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

constexpr bool is_defined(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

unsigned octet(char c) { return static_cast<unsigned char>(c); }

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | octet(byte);
  return value;
}

std::uint16_t status_of(std::string_view close_payload) {
  return static_cast<std::uint16_t>(octet(close_payload[0]) << 8U | octet(close_payload[1]));
}

// What is wrong with the beginning `received` of a close frame's payload of `declared` bytes; none: nothing so far.
CloseCode check_close(std::string_view received, std::size_t declared) {
  if (received.size() < 2) return CloseCode::none;
  if (!may_be_received(status_of(received))) return CloseCode::protocol_error;
  Utf8Validator reason;
  if (!reason.feed(received.substr(2)) || (received.size() == declared && !reason.complete())) {
    return CloseCode::invalid_payload;
  }
  return CloseCode::none;
}

}  // namespace

bool may_be_received(std::uint16_t close_code) {
  return (close_code >= 1000 && close_code <= 1003) || (close_code >= 1007 && close_code <= 1014) ||
         (close_code >= 3000 && close_code <= 4999);
}

// A frame's head, or why there is none.
struct Decoder::Head {
  CloseCode error = CloseCode::none;
  bool complete = false;  // false without error: more bytes are needed
  bool fin = false;
  bool compressed = false;
  Opcode opcode = Opcode::continuation;
  std::uint8_t bytes = 0;  // of the head itself
  std::uint64_t payload_bytes = 0;
  MaskKey key{};

  static Head refuse(CloseCode code) {
    Head head;
    head.error = code;
    return head;
  }
};

struct Decoder::Partial {
  // Frame head of which only the first bytes are there.
  std::array<char, kClientHeadBytesMax> head{};
  std::uint8_t head_bytes = 0;

  // Frame of which the payload is being received.
  bool in_frame = false;
  Head frame;
  std::size_t frame_received = 0;
  std::array<char, kControlBytesMax> control{};

  // Message that has begun and not ended. `message` and `control` outlive their event until the next call.
  bool in_message = false;
  bool compressed = false;
  Opcode message_opcode = Opcode::text;
  std::uint32_t frames = 0;
  Utf8Validator utf8;
  std::string message;

  bool idle() const { return head_bytes == 0 && !in_frame && !in_message; }
  std::size_t frame_left() const { return static_cast<std::size_t>(frame.payload_bytes) - frame_received; }
};

Decoder::Decoder(const Limits& limits) noexcept : limits_(&limits) {}
Decoder::Decoder(const Limits& limits, std::unique_ptr<Deflate> deflate) noexcept
    : limits_(&limits), deflate_(std::move(deflate)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

bool Decoder::mid_message() const { return !ended() && partial_ != nullptr && !partial_->idle(); }

Event Decoder::next(std::span<char>& input) {
  if (ended()) {
    partial_.reset();
    input = {};
    return {};
  }
  if (partial_ != nullptr && partial_->idle()) partial_.reset();
  while (true) {
    if (partial_ == nullptr || !partial_->in_frame) {
      if (input.empty()) return {};
      const Head head = read_head(input);
      if (head.error != CloseCode::none) return fail(head.error);
      if (!head.complete) return {};
      const bool alone = is_control(head.opcode) || (head.fin && head.opcode != Opcode::continuation);
      if (alone && head.payload_bytes <= input.size()) {
        const auto size = static_cast<std::size_t>(head.payload_bytes);
        const std::span<char> payload = input.first(size);
        input = input.subspan(size);
        unmask(payload, head.key, 0);
        return whole_frame(head, {payload.data(), payload.size()});
      }
      begin_frame(head);
    }
    const Event event = take_payload(input);
    if (event.kind != EventKind::need_more || ended() || partial_->in_frame) return event;
  }
}

// Takes the bytes of a head from `input`; what is not enough for one is kept.
Decoder::Head Decoder::read_head(std::span<char>& input) {
  if (partial_ == nullptr || partial_->head_bytes == 0) {
    const Head head = parse_head(input);
    if (head.complete || head.error != CloseCode::none) {
      input = input.subspan(head.bytes);
      return head;
    }
    if (partial_ == nullptr) partial_ = std::make_unique<Partial>();
    std::copy(input.begin(), input.end(), partial_->head.begin());
    partial_->head_bytes = static_cast<std::uint8_t>(input.size());
    input = {};
    return head;
  }
  Head head;
  while (!input.empty() && !head.complete && head.error == CloseCode::none) {
    partial_->head[partial_->head_bytes++] = input.front();
    input = input.subspan(1);
    head = parse_head({partial_->head.data(), partial_->head_bytes});
  }
  if (head.complete) partial_->head_bytes = 0;
  return head;
}

// Each rule is checked as soon as its bytes are there: a client that is wrong need not be waited for.
Decoder::Head Decoder::parse_head(std::span<const char> bytes) const {
  const bool in_message = partial_ != nullptr && partial_->in_message;
  if (bytes.empty()) return {};
  Head head;
  const unsigned first = octet(bytes[0]);
  if (!is_defined(first & 0x0FU)) return Head::refuse(CloseCode::protocol_error);
  if ((first & 0x70U) != 0) {
    // RSV1 marks the first frame of a compressed message; the other bits are of no extension that we know.
    const bool starts_message = (first & 0x0FU) == 1 || (first & 0x0FU) == 2;
    if (deflate_ == nullptr || (first & 0x70U) != 0x40U || !starts_message) {
      return Head::refuse(CloseCode::protocol_error);
    }
    head.compressed = true;
  }
  head.fin = (first & 0x80U) != 0;
  head.opcode = static_cast<Opcode>(first & 0x0FU);
  if (is_control(head.opcode)) {
    if (!head.fin) return Head::refuse(CloseCode::protocol_error);
  } else {
    if ((head.opcode == Opcode::continuation) != in_message) return Head::refuse(CloseCode::protocol_error);
    if ((in_message ? partial_->frames : 0U) >= limits_->fragments_max) {
      return Head::refuse(CloseCode::policy_violation);
    }
  }

  if (bytes.size() < 2) return {};
  const unsigned second = octet(bytes[1]);
  if ((second & 0x80U) == 0) return Head::refuse(CloseCode::protocol_error);  // clients mask
  const unsigned short_length = second & 0x7FU;
  if (is_control(head.opcode) && short_length > kControlBytesMax) return Head::refuse(CloseCode::protocol_error);
  const std::size_t length_bytes = short_length < 126 ? 0 : (short_length == 126 ? 2 : 8);
  if (length_bytes == 8 && bytes.size() > 2 && (octet(bytes[2]) & 0x80U) != 0) {
    return Head::refuse(CloseCode::protocol_error);
  }
  if (bytes.size() < 2 + length_bytes) return {};
  head.payload_bytes = length_bytes == 0 ? short_length : big_endian(bytes.subspan(2, length_bytes));
  if (const CloseCode code = check_length(head); code != CloseCode::none) return Head::refuse(code);
  // RFC 6455 5.2: the shortest form must be used.
  if ((length_bytes == 2 && head.payload_bytes < 126) || (length_bytes == 8 && head.payload_bytes <= 0xFFFF)) {
    return Head::refuse(CloseCode::protocol_error);
  }

  const std::size_t size = 2 + length_bytes + head.key.size();
  if (bytes.size() < size) return {};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + length_bytes), head.key.size(), head.key.begin());
  head.bytes = static_cast<std::uint8_t>(size);
  head.complete = true;
  return head;
}

CloseCode Decoder::check_length(const Head& head) const {
  if (is_control(head.opcode)) {
    const bool impossible = head.opcode == Opcode::close && head.payload_bytes == 1;
    return impossible ? CloseCode::protocol_error : CloseCode::none;
  }
  const bool goes_on = head.opcode == Opcode::continuation;
  const std::size_t before = goes_on ? partial_->message.size() : 0;
  const bool compressed = goes_on ? partial_->compressed : head.compressed;
  const std::size_t limit = limits_->message_bytes_max;
  // `before` never exceeds the limit, so this cannot wrap.
  const std::size_t left = (compressed ? compressed_bytes_max(limit) : limit) - before;
  return head.payload_bytes > left ? CloseCode::too_big : CloseCode::none;
}

void Decoder::begin_frame(const Head& head) {
  if (partial_ == nullptr) partial_ = std::make_unique<Partial>();
  Partial& partial = *partial_;
  partial.in_frame = true;
  partial.frame = head;
  partial.frame_received = 0;
  if (is_control(head.opcode)) return;
  if (head.opcode != Opcode::continuation) {
    partial.in_message = true;
    partial.compressed = head.compressed;
    partial.message_opcode = head.opcode;  // the rest is as it was made: no two messages share a Partial
  }
  ++partial.frames;
}

// Takes what `input` has of the current frame. need_more: the frame is not complete, or it does not end its message.
Event Decoder::take_payload(std::span<char>& input) {
  Partial& partial = *partial_;
  const std::size_t size = std::min(partial.frame_left(), input.size());
  const std::span<char> bytes = input.first(size);
  input = input.subspan(size);
  unmask(bytes, partial.frame.key, partial.frame_received);
  const std::string_view piece(bytes.data(), bytes.size());
  return is_control(partial.frame.opcode) ? take_control(piece) : take_data(piece);
}

Event Decoder::take_control(std::string_view piece) {
  Partial& partial = *partial_;
  std::copy(piece.begin(), piece.end(), partial.control.begin() + static_cast<std::ptrdiff_t>(partial.frame_received));
  partial.frame_received += piece.size();
  const std::string_view received(partial.control.data(), partial.frame_received);
  if (partial.frame_left() == 0) {
    partial.in_frame = false;
    return control_event(partial.frame.opcode, received);
  }
  if (partial.frame.opcode == Opcode::close) {
    const CloseCode code = check_close(received, static_cast<std::size_t>(partial.frame.payload_bytes));
    if (code != CloseCode::none) return fail(code);
  }
  return {};
}

Event Decoder::take_data(std::string_view piece) {
  Partial& partial = *partial_;
  const bool text = partial.message_opcode == Opcode::text;
  if (text && !partial.compressed && !partial.utf8.feed(piece)) return fail(CloseCode::invalid_payload);
  partial.message.append(piece);
  partial.frame_received += piece.size();
  if (partial.frame_left() != 0) return {};
  partial.in_frame = false;
  if (!partial.frame.fin) return {};
  partial.in_message = false;
  if (partial.compressed) return inflate(partial.message_opcode, std::exchange(partial.message, {}));
  if (text && !partial.utf8.complete()) return fail(CloseCode::invalid_payload);
  return {.kind = text ? EventKind::text : EventKind::binary, .code = CloseCode::none, .payload = partial.message};
}

Event Decoder::whole_frame(const Head& head, std::string_view payload) {
  if (is_control(head.opcode)) return control_event(head.opcode, payload);
  if (head.compressed) return inflate(head.opcode, payload);
  if (head.opcode == Opcode::binary) return {.kind = EventKind::binary, .code = CloseCode::none, .payload = payload};
  if (!is_utf8(payload)) return fail(CloseCode::invalid_payload);
  return {.kind = EventKind::text, .code = CloseCode::none, .payload = payload};
}

// The message lives in an idle Partial, which goes with the next call.
Event Decoder::inflate(Opcode opcode, std::string_view compressed) {
  if (partial_ == nullptr) partial_ = std::make_unique<Partial>();
  std::string& message = partial_->message;
  const bool text = opcode == Opcode::text;
  const CloseCode code = deflate_->inflate(compressed, text, limits_->message_bytes_max, message);
  if (code != CloseCode::none) return fail(code);
  return {.kind = text ? EventKind::text : EventKind::binary, .code = CloseCode::none, .payload = message};
}

Event Decoder::control_event(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::ping) return {.kind = EventKind::ping, .code = CloseCode::none, .payload = payload};
  if (opcode == Opcode::pong) return {.kind = EventKind::pong, .code = CloseCode::none, .payload = payload};
  SIO_CHECK(opcode == Opcode::close);
  if (const CloseCode code = check_close(payload, payload.size()); code != CloseCode::none) return fail(code);
  limits_ = nullptr;
  if (payload.empty()) return {.kind = EventKind::close, .code = CloseCode::none, .payload = {}};
  return {.kind = EventKind::close, .code = static_cast<CloseCode>(status_of(payload)), .payload = payload.substr(2)};
}

Event Decoder::fail(CloseCode code) {
  limits_ = nullptr;
  partial_.reset();
  return {.kind = EventKind::error, .code = code, .payload = {}};
}

}  // namespace sio::ws
