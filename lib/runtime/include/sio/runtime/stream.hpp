// A connected socket (TCP or unix) on its shard: reading by readiness into the shard's buffer, non-blocking writing.
// Holds no buffer of its own, so an idle connection costs little; what the kernel does not take at once is the owner's.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sio/runtime/shard.hpp"

namespace sio::rt {

// Who is told of what happens on a stream. On its shard.
class StreamHandler {
 public:
  // Bytes in the shard's read buffer, valid during the call; may be changed in place.
  virtual void on_data(std::span<char> bytes) = 0;
  // After write() has taken less than it was given: the socket takes bytes again.
  virtual void on_writable() = 0;
  // The peer sends no more (orderly; it may have ended its half only, so that write() still reaches it) or the
  // connection broke. At most once, no data comes after it; after an orderly end on_writable() may.
  virtual void on_end(bool orderly) = 0;

 protected:
  virtual ~StreamHandler() = default;
};

class Stream {
 public:
  // Closes a stream instead of deleting it.
  struct Disposer {
    // What unique_ptr calls.
    void operator()(Stream* stream) const { stream->dispose(); }
  };
  // The one owner of a stream.
  using Ptr = std::unique_ptr<Stream, Disposer>;

  // Takes over a connected, non-blocking descriptor. The caller is on `shard`. Call start() to read.
  static Ptr adopt(Shard& shard, int descriptor);

  // Events go to `handler` from now on; it must outlive the stream or be replaced.
  virtual void set_handler(StreamHandler* handler) = 0;
  // Reads from now on; also after pause().
  virtual void start() = 0;
  // While paused the kernel's buffer fills and the peer has to wait; the end of the connection is not noticed.
  virtual void pause() = 0;
  // Reads now what is there without waiting for readiness (into a buffer of its own); events go to the handler.
  virtual void read_now() = 0;

  // Writes as much as the kernel takes; returns how many bytes that was, or −1 when the connection is broken. Less than
  // all: on_writable() follows.
  virtual std::ptrdiff_t write(std::string_view bytes) = 0;
  // Tells the peer that no more comes from us (FIN); reading goes on.
  virtual void shutdown_write() = 0;
  // When the stream is closed, the peer gets a reset, and what the kernel still holds for it is thrown away.
  virtual void reset_at_close() = 0;
  // Gives the descriptor up, to be adopted by another shard; the stream is dead afterwards.
  virtual int release() = 0;

 protected:
  virtual ~Stream() = default;
  // Closes; destroyed once the last pending operation is gone.
  virtual void dispose() = 0;
};

}  // namespace sio::rt
