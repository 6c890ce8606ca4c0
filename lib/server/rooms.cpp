#include "sio/server/rooms.hpp"

#include <algorithm>
#include <utility>

#include "core.hpp"
#include "ids.hpp"
#include "sio/server/namespace.hpp"

namespace sio {

std::span<Socket* const> LocalRooms::members(std::string_view room) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) return found->second.members();
  alone_ = owner_of(room);
  if (alone_ == nullptr) return {};
  return {&alone_, 1};
}

Socket* LocalRooms::owner_of(std::string_view room) {
  const auto id = parse_socket_id(room);
  Socket* socket = id ? find(SocketRef{id->first}) : nullptr;
  return socket != nullptr && socket->salt_ == id->second ? socket : nullptr;
}

Socket* LocalRooms::find(SocketRef ref) {
  Socket* socket = state_.sockets.find(ref.value);
  return socket != nullptr && socket->connected() && &socket->nsp().local() == this ? socket : nullptr;
}

void LocalRooms::emit(const EmitTarget& target, const EncodedPacket& packet) {
  // Everybody is chosen before anybody gets it: a send over the outbox's bound ends a session, and what the application
  // does then (leave, emit) must not change who this one reaches.
  std::vector<Socket*> chosen = std::exchange(spare_, {});
  choose(target, chosen);
  for (Socket* socket : chosen) socket->send(packet, target.droppable);
  chosen.clear();
  spare_ = std::move(chosen);
}

void LocalRooms::for_each(const EmitTarget& target, const std::function<void(Socket&)>& function) {
  std::vector<Socket*> chosen = std::exchange(spare_, {});
  choose(target, chosen);
  for (Socket* socket : chosen) {
    if (socket->connected()) function(*socket);
  }
  chosen.clear();
  spare_ = std::move(chosen);
}

void LocalRooms::choose(const EmitTarget& target, std::vector<Socket*>& chosen) {
  const std::uint32_t visit = ++visit_;
  for (const std::string& room : target.except_rooms) {
    for (Socket* socket : members(room)) socket->visit_mark_ = visit;
  }
  const auto take = [&](std::span<Socket* const> sockets) {
    for (Socket* socket : sockets) {
      if (std::exchange(socket->visit_mark_, visit) == visit || socket->ref() == target.except_socket) continue;
      chosen.push_back(socket);
    }
  };
  if (target.rooms.empty()) take(sockets_);
  for (const std::string& room : target.rooms) take(members(room));
}

void LocalRooms::add(Socket& socket) {
  socket.list_index_ = static_cast<std::uint32_t>(sockets_.size());
  sockets_.push_back(&socket);
}

void LocalRooms::remove(Socket& socket) {
  while (!socket.rooms_.empty()) leave_at(socket, socket.rooms_.size() - 1);
  sockets_[socket.list_index_] = sockets_.back();
  sockets_[socket.list_index_]->list_index_ = socket.list_index_;
  sockets_.pop_back();
}

void LocalRooms::join(Socket& socket, std::string_view name) {
  auto found = rooms_.find(name);
  if (found == rooms_.end()) {
    Socket* owner = owner_of(name);
    found = rooms_.emplace(std::string(name), Room{}).first;
    found->second.name_ = &found->first;
    if (owner != nullptr) enter(*owner, found->second);  // was in it without its being stored
  }
  enter(socket, found->second);
}

void LocalRooms::enter(Socket& socket, Room& room) {
  for (const auto& membership : socket.rooms_) {
    if (membership.room == &room) return;
  }
  socket.rooms_.push_back({&room, static_cast<std::uint32_t>(room.members_.size())});
  room.members_.push_back(&socket);
}

void LocalRooms::leave(Socket& socket, std::string_view name) {
  for (std::size_t i = 0; i < socket.rooms_.size(); ++i) {
    if (*socket.rooms_[i].room->name_ == name) return leave_at(socket, i);
  }
}

void LocalRooms::leave_at(Socket& socket, std::size_t membership) {
  const auto [room, index] = socket.rooms_[membership];
  socket.rooms_.erase(socket.rooms_.begin() + static_cast<std::ptrdiff_t>(membership));
  Socket* moved = room->members_.back();
  room->members_[index] = moved;
  room->members_.pop_back();
  if (moved != &socket) {
    for (auto& other : moved->rooms_) {
      if (other.room == room) other.index = index;
    }
  }
  if (room->members_.empty()) rooms_.erase(rooms_.find(*room->name_));
}

}  // namespace sio
