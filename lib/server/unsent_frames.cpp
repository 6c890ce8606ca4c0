#include "unsent_frames.hpp"

namespace sio {

namespace {

struct Frame {
  std::size_t size;
  bool is_message;  // or its last fragment
};

// RFC 6455 5.2, unmasked. `bytes` begins with a whole head.
Frame frame_at(std::string_view bytes) {
  const auto octet = [bytes](std::size_t at) { return std::size_t{static_cast<unsigned char>(bytes[at])}; };
  std::size_t head = 2;
  std::size_t length = octet(1);
  const std::size_t octets = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (octets != 0) {
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8U | octet(head++);
  }
  return {head + length, (octet(0) & 0x80U) != 0 && (octet(0) & 0x08U) == 0};
}

}  // namespace

void UnsentFrames::hold(std::string_view frames, std::size_t taken) {
  append(frames);
  take(taken);
}

void UnsentFrames::append(std::string_view frames) {
  if (frames.empty()) return;
  if (bytes_.empty()) {
    const Frame first = frame_at(frames);
    first_end_ = first.size;
    first_is_message_ = first.is_message;
    first_has_begun_ = false;
  }
  for (std::size_t at = 0; at < frames.size();) {
    const Frame frame = frame_at(frames.substr(at));
    if (frame.is_message) ++messages_;
    at += frame.size;
  }
  bytes_.append(frames);
}

void UnsentFrames::take(std::size_t count) {
  if (count == 0) return;
  if (count == bytes_.size()) {
    std::string().swap(bytes_);
    messages_ = 0;
    return;
  }
  std::size_t begin = 0;
  while (first_end_ <= count) {
    if (first_is_message_) --messages_;
    begin = first_end_;
    const Frame next = frame_at(std::string_view(bytes_).substr(begin));
    first_end_ += next.size;
    first_is_message_ = next.is_message;
    first_has_begun_ = false;
  }
  if (begin < count) first_has_begun_ = true;
  first_end_ -= count;
  bytes_.erase(0, count);
}

void UnsentFrames::keep_begun_frame() {
  if (bytes_.empty()) return;
  bytes_.resize(first_has_begun_ ? first_end_ : 0);
  bytes_.shrink_to_fit();
  messages_ = !bytes_.empty() && first_is_message_ ? 1 : 0;
}

}  // namespace sio
