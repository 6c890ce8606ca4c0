// RFC 6455 frames, server side: bytes in, messages out, and the other way round. Sans-IO.
// Holds at most one partial message, and nothing while idle between messages. Refuses (with the close code to send)
// whatever a client may not do: see EventKind::error. Does not do the Engine.IO heartbeat, compression or timeouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sio::ws {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Close codes of RFC 6455 7.4.1 that a server sends or has to name.
enum class CloseCode : std::uint16_t {
  none = 0,  // a close frame without status
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  invalid_payload = 1007,
  policy_violation = 1008,
  too_big = 1009,
  internal_error = 1011,
};

struct Limits {
  std::size_t message_bytes_max = 1'000'000;  // a whole message, over all its fragments; exactly this many pass
  std::uint32_t fragments_max = 256;          // frames of one message, the first one counted (W4)
};

enum class EventKind : std::uint8_t {
  need_more,  // everything was consumed; call again with further bytes
  text,       // a whole message, valid UTF-8
  binary,     // a whole message
  ping,       // answer with a pong that carries the same payload
  pong,
  close,  // peer closes; `code` is its status or none, payload its reason. Nothing comes after
  error,  // the peer broke a rule: send close with `code`, end the connection. Nothing comes after
};

struct Event {
  EventKind kind = EventKind::need_more;
  CloseCode code = CloseCode::none;
  std::string_view payload{};  // valid until the next call of next(), or until the input bytes go away
};

// One for each connection. While no message is half received it owns no memory but itself.
class Decoder {
 public:
  // `limits` must live as long as the decoder.
  explicit Decoder(const Limits& limits) noexcept;
  explicit Decoder(Limits&&) = delete;
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Takes bytes from the front of `input` (and shortens it) until one event is there. The bytes are unmasked in
  // place, and a frame that lies in `input` as a whole is not copied: its payload is a view into `input`.
  // A frame that comes in parts is collected, in memory that grows with the bytes received, not with those announced.
  // Heads are judged byte by byte, lengths before any memory is taken, text as it comes (W1, W2, W3): 1002 for broken
  // frames, 1007 for what is not UTF-8, 1008 for too many fragments, 1009 for too long messages.
  // After close or error all further input is dropped.
  Event next(std::span<char>& input);

  // True while a message (or a frame of it) has begun and not ended: a connection may be given a deadline for it.
  bool mid_message() const;

 private:
  struct Head;
  struct Partial;

  Head read_head(std::span<char>& input);
  Head parse_head(std::span<const char> bytes) const;
  CloseCode check_length(const Head& head) const;
  void begin_frame(const Head& head);
  Event take_payload(std::span<char>& input);
  Event take_control(std::string_view piece);
  Event take_data(std::string_view piece);
  Event whole_frame(const Head& head, std::string_view payload);
  Event control_event(Opcode opcode, std::string_view payload);
  Event fail(CloseCode code);

  const Limits* limits_;
  std::unique_ptr<Partial> partial_;  // only while a frame or message is incomplete
  bool ended_ = false;
};

// Whether a peer may send this status in a close frame (RFC 6455 7.4, with the codes registered since: 1012–1014).
bool may_be_received(std::uint16_t close_code);

// Longest head of a frame that a server sends (no mask).
inline constexpr std::size_t kHeadBytesMax = 10;

// Writes the head of a final frame into `out` (at least kHeadBytesMax bytes); returns its length.
std::size_t write_head(char* out, Opcode opcode, std::size_t payload_size);

// Appends a whole frame. A control frame (close, ping, pong) holds at most 125 bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// Appends a close frame; CloseCode::none gives one without status. `reason` (UTF-8) is cut at
// 123 bytes, between code points, and left out without a status.
void append_close(std::string& out, CloseCode code, std::string_view reason = {});

}  // namespace sio::ws
