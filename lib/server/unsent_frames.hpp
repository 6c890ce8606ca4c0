// Frames of ours that the kernel did not take at once. Knows how many messages still wait in them, and where the frame
// ends of which a part is out already. Private.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sio {

class UnsentFrames {
 public:
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view bytes() const { return bytes_; }
  // Text and binary messages whose last byte is still here.
  std::size_t messages() const { return messages_; }

  // Holds what is left of `frames` (whole ones, as a server writes them) once `taken` bytes of it are out. Nothing may
  // be held before.
  void hold(std::string_view frames, std::size_t taken);
  // Adds whole frames to what is held.
  void append(std::string_view frames);
  // The first `count` bytes are out. Owns no memory when all are.
  void take(std::size_t count);
  // Forgets all but the rest of a frame of which a part is out: a peer must get it before anything else.
  void keep_begun_frame();

 private:
  std::string bytes_;
  std::size_t first_end_ = 0;  // where the first frame ends
  std::uint32_t messages_ = 0;
  bool first_is_message_ = false;
  bool first_has_begun_ = false;
};

}  // namespace sio
