// Session ids (secret) and socket ids (not secret) as text, and back. Both carry the handle of what they name, so that
// any shard knows where it lives and no map from text is needed; a session id carries 128 random bits besides.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "handle_table.hpp"

namespace sio {

using SessionSecret = std::array<char, 16>;

struct SessionId {
  Handle handle = 0;
  SessionSecret secret{};
};

std::string format_session_id(const SessionId& id);  // 32 characters of A-Z a-z 0-9 _ -
std::optional<SessionId> parse_session_id(std::string_view text);
bool equal_secrets(const SessionSecret& a, const SessionSecret& b);  // in constant time

using SocketSalt = std::array<char, 7>;
std::string format_socket_id(Handle handle, const SocketSalt& salt);  // 20 characters
std::optional<std::pair<Handle, SocketSalt>> parse_socket_id(std::string_view text);

}  // namespace sio
