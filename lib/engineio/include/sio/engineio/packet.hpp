// Engine.IO v4 packets and polling payloads (protocol page 1.3, 1.5). Pure functions over bytes: what a packet means
// for a session is session.hpp's business, and what a message means is the layer above's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sio/base/shared_bytes.hpp"

namespace sio::eio {

inline constexpr char kRecordSeparator = '\x1e';

// A packet on its way to the client, shared by all sessions that get it. `bytes` is what a WebSocket message carries:
// text with its type digit ("4hello", "2"), or bare binary. Text must not contain kRecordSeparator. 16 bytes.
struct Packet {
  SharedBytes bytes;
  bool binary = false;
  bool droppable = false;  // volatile: left out rather than kept waiting
};

// Bytes this packet takes in a polling body (base64 and the "b" included, the separator not).
std::size_t polling_size(const Packet& packet);
// Appends the packet as it stands in a polling body.
void append_polling(std::string& body, const Packet& packet);

// Walks over the packets of a polling body. An empty body has one (empty, thus invalid) packet.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view body) : rest_(body) {}
  // Next raw packet, without its separator; none at the end. A view into the body.
  std::optional<std::string_view> next();
  // Number of packets in a whole body.
  static std::size_t count(std::string_view body);
  // Number of packets that next() still has. A look at every byte.
  std::size_t left() const { return done_ ? 0 : count(rest_); }

 private:
  std::string_view rest_;
  bool done_ = false;
};

// Standard Base64 with padding, strict: canonical, no white space. None if malformed.
std::optional<std::string> base64_decode(std::string_view text);
// The same into `out`, replacing what was in it but keeping its memory. False (and `out` unspecified) if malformed.
bool base64_decode_into(std::string_view text, std::string& out);
void base64_append(std::string& out, std::string_view bytes);

}  // namespace sio::eio
