#include "sio/runtime/stream.hpp"

#include <sys/socket.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "shard_io.hpp"
#include "sio/base/out_of_memory.hpp"

namespace sio::rt {

namespace {

// A descriptor of the loop's own executor: 32 bytes, and a small pending wait, where a socket with any executor has 88.
using Descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
using boost::system::error_code;

// A connection that always has more to read must let others have a turn.
constexpr int kReadsPerEvent = 4;

class SocketStream final : public Stream {
 public:
  SocketStream(Shard& shard, int descriptor) : shard_(shard), socket_(shard.io().context, descriptor) {}

  void set_handler(StreamHandler* handler) override { handler_ = handler; }

  void start() override {
    reading_ = true;
    arm_read();
  }

  void pause() override { reading_ = false; }

  void read_now() override {
    if (dead() || read_ended_) return;
    std::vector<char> own(Shard::kReadBufferBytes);
    read_into(own);
  }

  std::ptrdiff_t write(std::string_view bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto sent =
          ::send(socket_.native_handle(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        arm_write();
        break;
      } else if (errno != EINTR) {
        return -1;
      }
    }
    return static_cast<std::ptrdiff_t>(done);
  }

  void shutdown_write() override { ::shutdown(socket_.native_handle(), SHUT_WR); }

  void reset_at_close() override {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

  int release() override {
    handler_ = nullptr;
    released_ = true;
    return socket_.release();
  }

 private:
  // Pending operations and the owner keep the stream alive; also when the loop is destroyed with operations pending.
  class Reference {
   public:
    explicit Reference(SocketStream* stream) : stream_(stream) { ++stream_->references_; }
    Reference(Reference&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
    Reference(const Reference& other) : Reference(other.stream_) {}
    Reference& operator=(const Reference&) = delete;
    Reference& operator=(Reference&&) = delete;
    ~Reference() {
      if (stream_ != nullptr) stream_->drop_reference();
    }
    SocketStream* operator->() const { return stream_; }

   private:
    SocketStream* stream_;
  };

  void dispose() override {
    handler_ = nullptr;
    if (!released_) {
      released_ = true;
      error_code ignored;
      socket_.close(ignored);
    }
    drop_reference();
  }

  void drop_reference() {
    if (--references_ == 0) delete this;
  }

  bool dead() const { return handler_ == nullptr || released_ || ended_; }

  // Whoever called cannot go on without the wait, and might catch what says so: no memory for it ends the process.
  template <class Handler>
  void wait(Descriptor::wait_type what, Handler handler) {
    run_or_terminate([&] { socket_.async_wait(what, std::move(handler)); });
  }

  void arm_read() {
    if (read_pending_ || read_ended_ || dead()) return;
    read_pending_ = true;
    wait(Descriptor::wait_read, [self = Reference(this)](const error_code& error) {
      self->read_pending_ = false;
      self->shard_.begin_handler();
      // What was posted before the peer sent this runs before it is read, however long this turn lasts already: nobody
      // who joins a room after an event of it was seen elsewhere gets that event.
      if (!error) self->shard_.run_posted();
      if (error || self->dead() || !self->reading_) return;
      self->read_into(self->shard_.read_buffer());
      if (self->reading_) self->arm_read();
    });
  }

  void arm_write() {
    if (write_pending_ || dead()) return;
    write_pending_ = true;
    wait(Descriptor::wait_write, [self = Reference(this)](const error_code& error) {
      self->write_pending_ = false;
      self->shard_.begin_handler();
      if (!error && !self->dead()) self->handler_->on_writable();
    });
  }

  void read_into(std::span<char> buffer) {
    const Reference alive(this);
    for (int i = 0; i < kReadsPerEvent && !dead() && !read_ended_; ++i) {
      const auto got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) {
        handler_->on_data(buffer.first(static_cast<std::size_t>(got)));
        if (static_cast<std::size_t>(got) < buffer.size() || !reading_) return;
      } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return;
      } else if (got == 0 || errno != EINTR) {
        read_ended_ = true;
        reading_ = false;
        if (got == 0) return handler_->on_end(true);
        ended_ = true;
        return std::exchange(handler_, nullptr)->on_end(false);
      }
    }
  }

  Shard& shard_;
  Descriptor socket_;
  StreamHandler* handler_ = nullptr;
  unsigned references_ = 1;
  bool reading_ = false;
  bool read_pending_ = false;
  bool write_pending_ = false;
  bool released_ = false;
  bool read_ended_ = false;
  bool ended_ = false;
};

}  // namespace

Stream::Ptr Stream::adopt(Shard& shard, int descriptor) { return Ptr(new SocketStream(shard, descriptor)); }

}  // namespace sio::rt
