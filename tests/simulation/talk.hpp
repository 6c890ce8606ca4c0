// One end of a Socket.IO conversation through lib/socketio: numbered events, some with attachments, some that want an
// acknowledgement, some volatile. What an event looks like follows from its number, so the other end knows exactly what
// must come next: an event lost, doubled, reordered, or torn from its attachments is told at once.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sio/socketio/packet.hpp"
#include "world.hpp"

namespace sio::simulation {

class Talk {
 public:
  // An Engine.IO message; text without the `4`.
  struct Message {
    std::string bytes;
    bool binary = false;
  };
  // Sends messages that belong together, one after the other. False: left out, all of them (a volatile event that the
  // transport cannot take), or the session has ended.
  using Emit = std::function<bool(const std::vector<Message>&, bool droppable)>;

  Talk(World& world, std::string name, Emit emit) : world_(world), name_(std::move(name)), emit_(std::move(emit)) {}

  void say();
  void say_volatile();
  void hear(std::string_view data, bool binary);

  int said() const { return said_; }
  int heard() const { return heard_; }
  std::size_t unanswered() const { return unanswered_.size(); }
  bool in_mid_event() const { return decoder_.attachments_due(); }

 private:
  void on_packet(const DecodedPacket& packet);
  void on_event(const DecodedPacket& packet);
  void on_volatile(const DecodedPacket& packet);
  void on_ack(const DecodedPacket& packet);
  void expect(bool holds, std::string_view what, const DecodedPacket& packet);

  World& world_;
  std::string name_;
  Emit emit_;
  DecoderLimits limits_;
  Decoder decoder_{limits_};
  int said_ = 0;
  int heard_ = 0;
  int said_volatile_ = 0;
  int heard_volatile_ = -1;
  std::set<AckId> unanswered_;
};

}  // namespace sio::simulation
