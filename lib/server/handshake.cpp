#include "sio/server/handshake.hpp"

#include <algorithm>
#include <array>

namespace sio {

namespace {

constexpr std::array<std::string_view, 5> kOfTheConnection = {"connection", "upgrade", "sec-websocket-key",
                                                              "sec-websocket-version", "sec-websocket-extensions"};
constexpr std::array<std::string_view, 4> kOfTheProtocol = {"EIO", "transport", "sid", "t"};

bool concerns_session(std::string_view header) {
  return std::none_of(kOfTheConnection.begin(), kOfTheConnection.end(),
                      [header](std::string_view other) { return equals_ignore_case(header, other); });
}

bool concerns_application(std::string_view parameter) {
  return std::find(kOfTheProtocol.begin(), kOfTheProtocol.end(), parameter) == kOfTheProtocol.end();
}

// Seven bits a byte, the lowest first; the last byte has its highest bit clear.
void append_length(std::string& bytes, std::size_t length) {
  for (; length >= 0x80; length >>= 7U) bytes.push_back(static_cast<char>(length | 0x80U));
  bytes.push_back(static_cast<char>(length));
}

std::string_view take_text(std::string_view& bytes) {
  std::size_t length = 0;
  unsigned byte = 0x80;
  for (unsigned shift = 0; (byte & 0x80U) != 0; shift += 7) {
    byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= std::size_t{byte & 0x7FU} << shift;
  }
  const std::string_view text = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return text;
}

}  // namespace

void PackedFields::append(std::string& bytes, std::string_view name, std::string_view value) {
  for (const std::string_view text : {name, value}) {
    append_length(bytes, text.size());
    bytes.append(text);
  }
}

PackedFields::Item PackedFields::take(std::string_view& bytes) {
  const std::string_view name = take_text(bytes);
  return {name, take_text(bytes)};
}

PackedFields PackedFields::filtered(const std::function<bool(std::string_view name)>& keep) const {
  std::string kept;
  for (std::string_view rest = bytes_.view(); !rest.empty();) {
    const auto [name, value] = take(rest);
    if (keep(name)) append(kept, name, value);
  }
  PackedFields fields;
  if (!kept.empty()) fields.bytes_ = SharedBytes(kept);
  return fields;
}

std::optional<std::string_view> PackedFields::find(std::string_view name, Equals equals) const {
  for (std::string_view rest = bytes_.view(); !rest.empty();) {
    const auto [other, value] = take(rest);
    if (equals(other, name)) return value;
  }
  return std::nullopt;
}

HandshakeHeaders::HandshakeHeaders(const http::Headers& headers) : fields_(headers.items(), concerns_session) {}

HandshakeQuery::HandshakeQuery(const http::Query& query) : fields_(query.items(), concerns_application) {}

}  // namespace sio
