// zlib's two raw streams as RFC 7692 uses them: whole messages in, whole messages out, the empty block at a message's
// end left out. Private. Out of memory is thrown, as everywhere.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/utf8.hpp"

namespace sio::ws {

enum class InflateResult : std::uint8_t { done, too_big, broken, not_utf8 };

class Inflater {
 public:
  explicit Inflater(int window_bits);
  ~Inflater();
  Inflater(const Inflater&) = delete;  // zlib's state points back at its stream
  Inflater& operator=(const Inflater&) = delete;

  // Forgets the earlier messages.
  void reset();
  // Appends the message to `out`, unless it has more than `bytes_max` bytes. `text`: check that it is UTF-8.
  InflateResult message(std::string_view compressed, bool text, std::size_t bytes_max, std::string& out);

 private:
  struct Output;
  InflateResult feed(std::string_view piece, Output& output);
  bool at_block_boundary() const;

  z_stream stream_;
  bool ended_ = false;  // the last block was marked as final, and nothing came after it
};

class Deflater {
 public:
  Deflater(int level, int window_bits);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Forgets the earlier messages.
  void reset();
  // Appends the compressed message, which must not be empty, to `out`.
  void message(std::string_view message, std::string& out);

 private:
  z_stream stream_;
};

}  // namespace sio::ws
