// The sockets of one namespace on one shard, and the rooms they are in. Touched by that shard's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sio/server/socket.hpp"

namespace sio {

struct ShardState;

// Whom an emission reaches: members of any of `rooms` (no room: everybody), without those excepted.
struct EmitTarget {
  std::vector<std::string> rooms;
  std::vector<std::string> except_rooms;
  SocketRef except_socket;
  bool droppable = false;
};

class Room {
 public:
  std::span<Socket* const> members() const { return members_; }

 private:
  friend class LocalRooms;
  std::vector<Socket*> members_;
  const std::string* name_ = nullptr;
};

class LocalRooms {
 public:
  explicit LocalRooms(ShardState& state) : state_(state) {}

  // Members of a room; empty if there is none. Valid until somebody joins or leaves, or the next call. The room named
  // by a socket's id holds that socket and exists without being stored.
  std::span<Socket* const> members(std::string_view room);
  std::span<Socket* const> sockets() const { return sockets_; }
  // The socket, if it lives on this shard and in this namespace.
  Socket* find(SocketRef ref);
  void emit(const EmitTarget& target, const EncodedPacket& packet);
  std::size_t room_count() const { return rooms_.size(); }

 private:
  friend class Socket;
  void add(Socket& socket);
  void remove(Socket& socket);
  void join(Socket& socket, std::string_view name);
  void leave(Socket& socket, std::string_view name);
  void leave_at(Socket& socket, std::size_t membership);
  void enter(Socket& socket, Room& room);
  Socket* owner_of(std::string_view room);  // the socket of that id, or null
  void choose(const EmitTarget& target, std::vector<Socket*>& chosen);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  ShardState& state_;
  std::vector<Socket*> sockets_;
  std::unordered_map<std::string, Room, TextHash, std::equal_to<>> rooms_;
  std::uint32_t visit_ = 0;
  Socket* alone_ = nullptr;     // what members() points to for a room of one
  std::vector<Socket*> spare_;  // memory for emit()
};

}  // namespace sio
