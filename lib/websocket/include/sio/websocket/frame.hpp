// RFC 6455 frames, server side: bytes in, messages out, and the other way round. Sans-IO.
// Holds at most one partial message, and nothing while idle between messages. Refuses (with the close code to send)
// whatever a client may not do: see EventKind::error. Takes compressed messages only if deflate.hpp's extension was
// agreed on. Does not do the Engine.IO heartbeat or timeouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/time.hpp"

namespace sio::ws {

class Deflate;

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

// What a message may measure; more is an error.
struct Limits {
  // A whole message, over all its fragments and inflated (W3, W5); exactly this many pass.
  std::size_t message_bytes_max = 1'000'000;
  std::uint32_t fragments_max = 256;  // frames of one message, the first one counted (W4)
  Milliseconds message_time{30'000};  // from its first byte to its last (W4); kept by whoever has a clock
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

// What the decoder found next.
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
  // With the extension that was agreed on; null: none.
  Decoder(const Limits& limits, std::unique_ptr<Deflate> deflate) noexcept;
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Takes bytes from the front of `input` (and shortens it) until one event is there. The bytes are unmasked in
  // place, and a frame that lies in `input` as a whole is not copied: its payload is a view into `input`.
  // A frame that comes in parts is collected, in memory that grows with the bytes received, not with those announced.
  // Heads are judged byte by byte, lengths before any memory is taken, text as it comes (W1, W2, W3): 1002 for broken
  // frames, 1007 for what is not UTF-8, 1008 for too many fragments, 1009 for too long messages.
  // A compressed message is collected as it is and inflated when it is complete, so that half of one costs what came
  // and no state of zlib; a message that inflates to more than the limit ends at it (W5). 1007: no deflate stream.
  // After close or error all further input is dropped.
  Event next(std::span<char>& input);

  // True while a message (or a frame of it) has begun and not ended: a connection may be given a deadline for it.
  bool mid_message() const;

  // Those it was made with. Not after close or error.
  const Limits& limits() const { return *limits_; }

  // The extension, to write with; null if there is none.
  Deflate* deflate() { return deflate_.get(); }

 private:
  struct Head;
  struct Partial;

  bool ended() const { return limits_ == nullptr; }
  Head read_head(std::span<char>& input);
  Head parse_head(std::span<const char> bytes) const;
  CloseCode check_length(const Head& head) const;
  void begin_frame(const Head& head);
  Event take_payload(std::span<char>& input);
  Event take_control(std::string_view piece);
  Event take_data(std::string_view piece);
  Event whole_frame(const Head& head, std::string_view payload);
  Event inflate(Opcode opcode, std::string_view compressed);
  Event control_event(Opcode opcode, std::string_view payload);
  Event fail(CloseCode code);

  const Limits* limits_;              // null: ended. A flag of its own would cost every connection 8 bytes
  std::unique_ptr<Partial> partial_;  // only while a frame or message is incomplete, or a message's bytes are in use
  std::unique_ptr<Deflate> deflate_;
};

// Whether a peer may send this status in a close frame (RFC 6455 7.4, with the codes registered since: 1012–1014).
bool may_be_received(std::uint16_t close_code);

// Longest head of a frame that a server sends (no mask).
inline constexpr std::size_t kHeadBytesMax = 10;

// Writes the head of a final frame into `out` (at least kHeadBytesMax bytes); returns its length.
// `compressed`: marks the message as such (RSV1).
std::size_t write_head(char* out, Opcode opcode, std::size_t payload_size, bool compressed = false);

// Appends a whole frame. A control frame (close, ping, pong) holds at most 125 bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// Appends a data frame whose payload is compressed.
void append_compressed_frame(std::string& out, Opcode opcode, std::string_view compressed);

// Appends a close frame; CloseCode::none gives one without status. `reason` (UTF-8) is cut at
// 123 bytes, between code points, and left out without a status.
void append_close(std::string& out, CloseCode code, std::string_view reason = {});

}  // namespace sio::ws
