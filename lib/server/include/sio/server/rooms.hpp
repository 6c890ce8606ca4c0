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

#include "sio/server/socket_ref.hpp"

namespace sio {

class Socket;
struct EncodedPacket;
struct ShardState;

// Whom an emission reaches: members of any of `rooms` (no room: everybody), without those excepted.
struct EmitTarget {
  // Members of any of these; none: everybody.
  std::vector<std::string> rooms;
  // But for members of these.
  std::vector<std::string> except_rooms;
  // But for this socket.
  SocketRef except_socket;
  bool droppable = false;  // volatile
};

// One room's members on one shard.
class Room {
 public:
  // In no particular order. Valid until one comes or goes.
  std::span<Socket* const> members() const { return members_; }

 private:
  friend class LocalRooms;
  std::vector<Socket*> members_;
  const std::string* name_ = nullptr;
};

// The sockets of one namespace on one shard: for applications that deliver shard by shard themselves. On that shard's
// thread only; obtained by Namespace::local(), valid as long as the server.
class LocalRooms {
 public:
  // Made by the server.
  explicit LocalRooms(ShardState& state) : state_(state) {}

  // Members of a room; empty if there is none. Valid until somebody joins or leaves, or the next call. The room named
  // by a socket's id holds that socket and exists without being stored.
  std::span<Socket* const> members(std::string_view room);
  // All sockets of this shard, in no particular order. Valid until one comes or goes.
  std::span<Socket* const> sockets() const { return sockets_; }
  // The socket, if it is connected, on this shard and in this namespace; else null.
  Socket* find(SocketRef ref);
  // Sends to the sockets of this shard that `target` reaches.
  void emit(const EmitTarget& target, const EncodedPacket& packet);
  // Calls `function` for each socket that `target` reaches. They are all chosen before the first call; who is gone when
  // his turn comes is left out.
  void for_each(const EmitTarget& target, const std::function<void(Socket&)>& function);
  // Rooms with members, those of single sockets not counted.
  std::size_t room_count() const { return rooms_.size(); }

 private:
  friend class Recovery;
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
