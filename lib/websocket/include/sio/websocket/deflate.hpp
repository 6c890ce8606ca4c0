// permessage-deflate (RFC 7692), server side: what is agreed on with a client, and messages through zlib. Sans-IO.
// Holds zlib's states only where both sides keep their windows between messages (context takeover); without it, all
// connections of a thread share one pair of states, and an idle compressed connection costs what a plain one costs and
// one small object. Refuses what it cannot keep: a window of 256 bytes for what the server sends (zlib has none), and
// any parameter it does not know. Never decides about frames: frame.hpp does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/base/shared_bytes.hpp"
#include "sio/websocket/deflate_options.hpp"
#include "sio/websocket/frame.hpp"

namespace sio::ws {

class Deflater;
class Inflater;

// What a client and this server have agreed on.
struct DeflateTerms {
  bool server_takeover = false;
  bool client_takeover = false;
  std::uint8_t server_window_bits = 15;
  std::uint8_t client_window_bits = 15;
  bool name_server_window = false;  // in the answer
  bool name_client_window = false;
};

enum class ExtensionError : std::uint8_t { malformed };

// `offers`: all values of Sec-WebSocket-Extensions, joined with commas; empty if there are none. Takes the first offer
// of permessage-deflate that can be kept; none if there is none. An offer with an unknown, repeated or wrong parameter
// cannot be kept. What is no list of extensions at all (RFC 6455 9.1) is malformed: the handshake is to be refused.
Result<std::optional<DeflateTerms>, ExtensionError> negotiate_deflate(std::string_view offers,
                                                                      const DeflateOptions& options);

// The value of Sec-WebSocket-Extensions in the answer.
std::string deflate_answer(const DeflateTerms& terms);

// What the connections of one thread share. Outlives them. Makes each state of zlib when it is first needed.
class DeflateEngine {
 public:
  // CHECK: level and window_bits are within their bounds.
  explicit DeflateEngine(const DeflateOptions& options);
  ~DeflateEngine();
  DeflateEngine(const DeflateEngine&) = delete;
  DeflateEngine& operator=(const DeflateEngine&) = delete;

  const DeflateOptions& options() const { return options_; }

  // Compressed forms of messages with several receivers are kept until forget_shared(), at most kSharedMessagesMax of
  // them and kSharedBytesMax bytes. True once after the first was kept: arrange for forget_shared() at the turn's end.
  bool take_forget_duty();
  void forget_shared();
  std::size_t shared_messages() const { return shared_.size(); }

  static constexpr std::size_t kSharedMessagesMax = 64;
  static constexpr std::size_t kSharedBytesMax = 1'048'576;

 private:
  friend class Deflate;
  struct Shared {
    SharedBytes message;  // held, so that its address stays its own
    unsigned window_bits;
    std::string compressed;  // empty: not shorter than the message
  };

  Inflater& inflater();
  Deflater& deflater(unsigned window_bits);
  // Valid until the next call. Empty: not shorter than the message.
  std::string_view compress(const SharedBytes& message, unsigned window_bits);

  DeflateOptions options_;
  std::unique_ptr<Inflater> inflater_;
  std::array<std::unique_ptr<Deflater>, 16> deflaters_;  // by window bits
  std::string scratch_;
  std::vector<Shared> shared_;
  std::size_t shared_bytes_ = 0;
  bool forget_due_ = false;
};

// One connection's extension, for both directions. Of its thread only, as its engine.
class Deflate {
 public:
  Deflate(DeflateEngine& engine, const DeflateTerms& terms);
  ~Deflate();
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  // Inflates one message into `out` (cleared before), whose memory grows with what comes out of zlib. Ends as soon as
  // the message is longer than `bytes_max` (too_big), or is `text` and no UTF-8 (invalid_payload); bytes that are no
  // deflate stream, or half of one, are invalid_payload too. none: well. After anything else the connection must end.
  CloseCode inflate(std::string_view compressed, bool text, std::size_t bytes_max, std::string& out);

  // Appends one message as a frame: compressed, if it is long enough and gets shorter by it.
  void append_message(std::string& out, Opcode opcode, const SharedBytes& message);

  DeflateEngine& engine() { return *engine_; }

 private:
  std::string_view compress(const SharedBytes& message);

  DeflateEngine* engine_;
  DeflateTerms terms_;
  std::unique_ptr<Inflater> inflater_;  // with context takeover, from its first use on
  std::unique_ptr<Deflater> deflater_;
};

// Compressed bytes that a message of at most `message_bytes_max` can need: what zlib itself would never exceed.
constexpr std::size_t compressed_bytes_max(std::size_t message_bytes_max) {
  return message_bytes_max + message_bytes_max / 8 + 64;
}

}  // namespace sio::ws
