// The client's side of WebSocket frames: masked frames out, whole or in fragments; frames of a server in, byte by byte
// if need be. It trusts the server's codec to be asked the questions here, so it checks little: a wrong frame is told.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sio/websocket/frame.hpp"
#include "world.hpp"

namespace sio::simulation {

// A message as a browser sends it: masked; now and then in fragments, with a ping between them.
std::string client_message(World& world, ws::Opcode opcode, std::string_view payload);
std::string client_close(World& world);

class FrameReader {
 public:
  using Take = std::function<void(ws::Opcode, std::string_view)>;
  // Takes each whole frame in `bytes` and those before; false if one is none that a server sends.
  bool feed(std::string_view bytes, const Take& take);
  bool mid_frame() const { return !buffer_.empty(); }

 private:
  std::string buffer_;
};

}  // namespace sio::simulation
