// RFC 6455 frames, server side: bytes in, messages out, and the other way round. Sans-IO.
// Holds at most one partial message, and nothing while idle between messages. Refuses (with the close code to send)
// whatever a client may not do: see DecodeError. Does not do the Engine.IO heartbeat, compression or timeouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/utf8.hpp"

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
  close,      // peer closes; `code` is its status or none, payload its reason. Nothing comes after
  error,      // the peer broke a rule: send close with `code`, end the connection. Nothing comes after
};

struct Event {
  EventKind kind = EventKind::need_more;
  CloseCode code = CloseCode::none;
  std::string_view payload;  // valid until the next call of next(), or until the input bytes go away
};

// One for each connection. While no message is half received it owns no memory but itself.
class Decoder {
 public:
  // `limits` must live as long as the decoder.
  explicit Decoder(const Limits& limits) : limits_(&limits) {}

  // Takes bytes from the front of `input` (and shortens it) until one event is there. The bytes are unmasked in
  // place, and a frame that lies in `input` as a whole is not copied: its payload is a view into `input`.
  // Lengths are judged from the frame's head, before any memory is taken. Text is checked as it comes (W2).
  Event next(std::span<char>& input);

  // True while a message (or a frame of it) has begun and not ended: a connection may be given a deadline for it.
  bool mid_message() const;

 private:
  struct Partial;
  const Limits* limits_;
  std::unique_ptr<Partial> partial_;  // only while a frame or message is incomplete
  bool ended_ = false;
};

// Longest head of a frame that a server sends (no mask).
inline constexpr std::size_t kHeadBytesMax = 10;

// Writes the head of a final frame into `out` (at least kHeadBytesMax bytes); returns its length.
std::size_t write_head(char* out, Opcode opcode, std::size_t payload_size);

// Appends a whole frame.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// Appends a close frame; CloseCode::none gives one without status. `reason` is cut at 123 bytes.
void append_close(std::string& out, CloseCode code, std::string_view reason = {});

}  // namespace sio::ws
