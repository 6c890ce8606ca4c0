// Socket.IO v5 packets on the wire (protocol page 2.1, 2.2): decoding with every rejection, encoding. Sans-IO.
// Text here is what follows Engine.IO's `4`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/shared_bytes.hpp"
#include "sio/json/scanner.hpp"

namespace sio {

enum class PacketType : std::uint8_t {
  connect = 0,
  disconnect = 1,
  event = 2,
  ack = 3,
  connect_error = 4,
  binary_event = 5,
  binary_ack = 6,
};

using AckId = std::uint64_t;  // at most 2^53 − 1 on the wire

// A packet from a client. Views are valid until the decoder is fed again (or its input goes away).
struct DecodedPacket {
  PacketType type = PacketType::connect;  // binary_event and binary_ack only once their attachments are there
  std::string_view nsp = "/";
  std::optional<AckId> ack_id;  // EVENT and ACK only. An ACK may lack it: it answers nothing then
  std::string_view payload;     // JSON text; empty if none. EVENT and ACK: an array, of the right shape
  std::string_view event_name;  // EVENT: text of the first element as written, quotes included if it is a string
  json::Error json_error = json::Error::none;  // a limit that the payload breaks; its grammar is right all the same
  std::span<const SharedBytes> attachments;
};

// What a packet may hold; more ends the session.
struct DecoderLimits {
  json::Limits json;
  std::uint32_t attachments_max = 10;            // 0: binary packets are refused
  std::size_t attachment_bytes_max = 1'000'000;  // of one packet, all together
  // False: binary data is received and dropped; the packet comes without attachments, its placeholders stay objects.
  bool keep_attachments = true;
};

// Text and binary messages in, packets out. One for each session.
class Decoder {
 public:
  enum class Status : std::uint8_t {
    packet,   // `out` holds one
    pending,  // attachments are still due
    invalid,  // close the session: parse error
  };

  // `limits` must outlive the decoder. It holds no memory but for a binary packet, and then a copy of its text and at
  // most attachment_bytes_max of attachments.
  explicit Decoder(const DecoderLimits& limits);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // One Engine.IO message each, text (UTF-8 or not) or binary. `out` is written with Status::packet only. After
  // `invalid` nothing is pending any more.
  Status feed_text(std::string_view text, DecodedPacket& out);
  Status feed_binary(std::string_view bytes, DecodedPacket& out);
  bool attachments_due() const;

 private:
  struct Pending;
  const DecoderLimits* limits_;
  std::unique_ptr<Pending> pending_;  // a binary header that waits, or the packet handed out last
};

// What the server may do with a packet in a namespace that is in a given state (protocol page 2.3; S5).
enum class NamespaceState : std::uint8_t { absent, connecting, connected };
// No cell of the table is `ignore` today; it is for what a namespace's owner decides beyond it (an ACK with unknown
// id).
enum class Verdict : std::uint8_t { accept, ignore, close };
Verdict judge(PacketType type, NamespaceState state);

// ---- encoding. `json` must be a JSON text without raw control characters (json::Writer's is).
// Appends `<type>[<attachments>-][<nsp>,][<ack id>]<json>`. CHECK: `nsp` begins with `/`; there are attachments exactly
// if the type is a binary one.
void append_packet(std::string& out, PacketType type, std::string_view nsp, std::optional<AckId> ack_id,
                   std::string_view json, std::size_t attachments = 0);

// Appends `["name",<args>]` for an event: `args_json` is the inner text of the argument list ("1,{}"), maybe empty.
void append_event_payload(std::string& out, std::string_view name, std::string_view args_json);

// Inner text of the argument list of a decoded EVENT (without its name) or ACK payload, as written: "1,{}". Empty for
// the other types.
std::string_view arguments_text(const DecodedPacket& packet);

}  // namespace sio
