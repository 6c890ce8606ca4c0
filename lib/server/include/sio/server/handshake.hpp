// What the first request of a session said, packed into little memory, because it lives as long as the session: names
// and values of each part stand in one block. Not there: headers that concern the connection only (Connection, Upgrade,
// the WebSocket's key, version and extensions) and Engine.IO's own parameters (EIO, transport, sid, t).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sio/base/shared_bytes.hpp"
#include "sio/http/message.hpp"

namespace sio {

// An immutable list of names and values in their order. 8 bytes, and one block unless empty.
class PackedFields {
 public:
  // How names are compared.
  using Equals = bool (*)(std::string_view, std::string_view);

  PackedFields() = default;
  // Of the items of http::Headers or http::Query, those for which `keep(name)` is true.
  template <class Items, class Keep>
  PackedFields(const Items& items, Keep&& keep) {
    std::string bytes;
    for (const auto& [name, value] : items) {
      if (keep(std::string_view(name))) append(bytes, name, value);
    }
    if (!bytes.empty()) bytes_ = SharedBytes(bytes);
  }
  // Of these, the items for which `keep(name)` is true.
  PackedFields filtered(const std::function<bool(std::string_view name)>& keep) const;

  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name, Equals equals) const;
  // What it costs besides its own size.
  std::size_t memory_bytes() const { return bytes_.size(); }

 private:
  using Item = std::pair<std::string_view, std::string_view>;
  static void append(std::string& bytes, std::string_view name, std::string_view value);
  static Item take(std::string_view& bytes);
  SharedBytes bytes_;
};

// Names are compared without case.
class HandshakeHeaders {
 public:
  HandshakeHeaders() = default;
  // Packs them, but for those that concern the connection.
  explicit HandshakeHeaders(const http::Headers& headers);
  // First value of that name; empty when there is none (see contains()).
  std::string_view find(std::string_view name) const { return fields_.find(name, equals_ignore_case).value_or(""); }
  // Whether there is one of that name, even an empty one.
  bool contains(std::string_view name) const { return fields_.find(name, equals_ignore_case).has_value(); }
  // Forgets the others.
  void keep_only(const std::function<bool(std::string_view name)>& keep) { fields_ = fields_.filtered(keep); }
  // What it costs besides its own size.
  std::size_t memory_bytes() const { return fields_.memory_bytes(); }

 private:
  PackedFields fields_;
};

// The query of a handshake, decoded.
class HandshakeQuery {
 public:
  HandshakeQuery() = default;
  // Packs the parameters, but for Engine.IO's own.
  explicit HandshakeQuery(const http::Query& query);
  // First value of that name, decoded; empty when there is none (see contains()).
  std::string_view find(std::string_view name) const { return fields_.find(name, same).value_or(""); }
  // Whether there is one of that name, even an empty one.
  bool contains(std::string_view name) const { return fields_.find(name, same).has_value(); }
  // What it costs besides its own size.
  std::size_t memory_bytes() const { return fields_.memory_bytes(); }

 private:
  static bool same(std::string_view a, std::string_view b) { return a == b; }
  PackedFields fields_;
};

struct Handshake {
  // Without those of the connection.
  HandshakeHeaders headers;
  // Without Engine.IO's own parameters.
  HandshakeQuery query;
  std::string remote_address;  // textual, without port
};

}  // namespace sio
