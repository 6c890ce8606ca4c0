#include "zlib_stream.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "sio/base/check.hpp"

namespace sio::ws {

namespace {

constexpr std::string_view kEmptyBlock("\x00\x00\xFF\xFF", 4);  // end of each message, never sent (RFC 7692 7.2.1)
constexpr std::size_t kChunkBytes = 16 * 1024;
constexpr std::size_t kPieceBytesMax = std::size_t{1} << 30U;  // zlib counts in 32 bits
constexpr int kMemoryLevel = 8;                                // zlib's default

// What data_type holds after inflate(): the unused bits of the last byte, and this if it stands between two blocks.
constexpr int kUnusedBits = 0x3F;
constexpr int kBetweenBlocks = 0x80;

// By operator new, as everything else: what an application replaces it with sees zlib's memory too.
void* allocate(void*, uInt count, uInt size) {
  return ::operator new(std::size_t{count} * std::size_t{size}, std::nothrow);
}
void release(void*, void* memory) { ::operator delete(memory); }

z_stream stream_without_input() {
  z_stream stream{};
  stream.zalloc = allocate;
  stream.zfree = release;
  return stream;
}

Bytef* bytes_of(char* text) { return reinterpret_cast<Bytef*>(text); }

void set_input(z_stream& stream, std::string_view piece) {
  // zlib takes a pointer to what it does not change as one to what it might (without ZLIB_CONST, which may be too
  // late).
  stream.next_in = bytes_of(const_cast<char*>(piece.data()));
  stream.avail_in = static_cast<uInt>(piece.size());
}

void check_made(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  SIO_CHECK(result == Z_OK);
}

}  // namespace

struct Inflater::Output {
  std::string& text;
  std::size_t room;
  bool check_utf8;
  Utf8Validator utf8{};

  // False: it is no UTF-8.
  bool append(std::string_view piece) {
    text.append(piece);
    room -= piece.size();
    return !check_utf8 || utf8.feed(piece);
  }
};

Inflater::Inflater(int window_bits) : stream_(stream_without_input()) {
  check_made(inflateInit2(&stream_, -window_bits));
}

Inflater::~Inflater() { inflateEnd(&stream_); }

void Inflater::reset() {
  SIO_CHECK(inflateReset(&stream_) == Z_OK);
  ended_ = false;
}

InflateResult Inflater::message(std::string_view compressed, bool text, std::size_t bytes_max, std::string& out) {
  Output output{out, bytes_max, text};
  ended_ = false;
  for (std::string_view rest = compressed; !rest.empty();) {
    const std::string_view piece = rest.substr(0, kPieceBytesMax);
    rest.remove_prefix(piece.size());
    if (const auto result = feed(piece, output); result != InflateResult::done) return result;
  }
  // A message may end with a final block instead (7.2.3.4); a sender that leaves out the byte after it is understood.
  if (!ended_) {
    if (const auto result = feed(kEmptyBlock, output); result != InflateResult::done) return result;
    if (!at_block_boundary()) return InflateResult::broken;
  }
  return output.utf8.complete() ? InflateResult::done : InflateResult::not_utf8;
}

InflateResult Inflater::feed(std::string_view piece, Output& output) {
  std::array<char, kChunkBytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): zlib fills it
  set_input(stream_, piece);
  int result = Z_OK;
  do {
    // One byte of room more than allowed shows that the message is too long.
    const std::size_t size = output.room < chunk.size() ? output.room + 1 : chunk.size();
    stream_.next_out = bytes_of(chunk.data());
    stream_.avail_out = static_cast<uInt>(size);
    result = ::inflate(&stream_, Z_SYNC_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) return InflateResult::broken;
    const std::size_t made = size - stream_.avail_out;
    if (made > output.room) return InflateResult::too_big;
    if (!output.append({chunk.data(), made})) return InflateResult::not_utf8;
    ended_ = result == Z_STREAM_END;
    // Blocks may follow a final one, and refer to what was before it: the window stays.
    if (ended_) SIO_CHECK(inflateResetKeep(&stream_) == Z_OK);
  } while (result != Z_BUF_ERROR && (stream_.avail_in > 0 || (stream_.avail_out == 0 && !ended_)));
  return InflateResult::done;
}

bool Inflater::at_block_boundary() const {
  return (stream_.data_type & kBetweenBlocks) != 0 && (stream_.data_type & kUnusedBits) == 0;
}

Deflater::Deflater(int level, int window_bits) : stream_(stream_without_input()) {
  check_made(deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY));
}

Deflater::~Deflater() { deflateEnd(&stream_); }

void Deflater::reset() { SIO_CHECK(deflateReset(&stream_) == Z_OK); }

void Deflater::message(std::string_view message, std::string& out) {
  SIO_CHECK(!message.empty());          // zlib flushes nothing twice: there would be no block
  std::array<char, kChunkBytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): zlib fills it
  while (!message.empty()) {
    const std::string_view piece = message.substr(0, kPieceBytesMax);
    message.remove_prefix(piece.size());
    set_input(stream_, piece);
    const int flush = message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      stream_.next_out = bytes_of(chunk.data());
      stream_.avail_out = static_cast<uInt>(chunk.size());
      const int result = ::deflate(&stream_, flush);
      SIO_CHECK(result == Z_OK || result == Z_BUF_ERROR);
      out.append(chunk.data(), chunk.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  SIO_CHECK(out.ends_with(kEmptyBlock));
  out.resize(out.size() - kEmptyBlock.size());
}

}  // namespace sio::ws
