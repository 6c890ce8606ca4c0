// What a listener does when the kernel gives it no more connections. Its accept4() is this file's.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sio/runtime/clock.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/runtime/shard_group.hpp"

namespace {

std::atomic<int> accept_calls{0};
std::atomic<int> planned_error{0};  // that accept4() fails with; 0: the kernel decides

}  // namespace

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the library's names are reserved ones
extern "C" int accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  ++accept_calls;
  if (const int error = planned_error.load(); error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_accept4, descriptor, address, size, flags));
}

namespace sio::rt {
namespace {

// A connection to the listener, made before descriptors run out.
class Peer {
 public:
  Peer() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Peer() { ::close(descriptor_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void connect(unsigned short port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  // Whether the other side ends the connection within ten seconds.
  bool is_ended() const {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) <= 0) return false;
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, 0) <= 0;
  }
  bool is_quiet() const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 0;
  }

 private:
  int descriptor_;
};

// Takes every descriptor that this process may have while it lives. UBSan cannot do without: it looks through a pipe at
// objects that it has not seen yet, and calls them invalid when it gets none.
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_NO_DESCRIPTORS() GTEST_SKIP() << "UBSan needs descriptors"
#else
#define NEEDS_NO_DESCRIPTORS() static_cast<void>(0)
#endif
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int descriptor = 0; (descriptor = ::dup(0)) >= 0;) taken_.push_back(descriptor);
  }
  ~NoDescriptors() {
    for (const int descriptor : taken_) ::close(descriptor);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

struct Listening : testing::Test {
  Listening() : group(1) {
    auto opened =
        Listener::open(group.at(0), parse_endpoint("127.0.0.1:0").value(), [this](int fd, const std::string&) {
          ++accepted;
          ::close(fd);
        });
    listener = std::move(*opened);
    listener->start();
    runner = std::thread([this] { group.run(); });
  }
  ~Listening() override {
    group.stop();
    runner.join();
    planned_error = 0;
  }
  unsigned short port() const { return listener->endpoint().port; }

  ShardGroup group;
  std::atomic<int> accepted{0};
  std::unique_ptr<Listener> listener;
  std::thread runner;
};

// Else clients hang in the backlog until they give up, and do not know that another server might take them.
TEST_F(Listening, R2_WithoutDescriptorsClientsAreToldAtOnce) {
  NEEDS_NO_DESCRIPTORS();
  const std::array<Peer, 3> peers;
  {
    const NoDescriptors none;
    for (const Peer& peer : peers) {
      peer.connect(port());
      EXPECT_TRUE(peer.is_ended());
    }
    EXPECT_EQ(accepted, 0);
  }
  const Peer later;
  later.connect(port());
  EXPECT_TRUE(later.is_ended());
  EXPECT_EQ(accepted, 1);
}

// The listener stays readable all the while: without a pause its thread would do nothing else.
TEST_F(Listening, R2_WithoutDescriptorsItDoesNotSpin) {
  NEEDS_NO_DESCRIPTORS();
  const std::array<Peer, 4> peers;
  const NoDescriptors none;
  accept_calls = 0;
  const TimePoint begin = monotonic_now();
  for (const Peer& peer : peers) peer.connect(port());
  EXPECT_TRUE(peers.back().is_ended());
  const auto passed = std::chrono::duration_cast<Milliseconds>(monotonic_now() - begin).count();
  EXPECT_LE(accept_calls,
            2 * (passed / 100 + 2));  // one that fails and one with the spare descriptor, ten times a second
}

TEST_F(Listening, R2_OtherLackOfTheKernelMakesItPauseToo) {
  for (const int error : {ENOMEM, ENOBUFS, ENFILE, EINVAL}) {
    planned_error = error;
    const int before = accepted;
    const Peer peer;
    accept_calls = 0;
    const TimePoint begin = monotonic_now();
    peer.connect(port());
    while (accept_calls < 4) std::this_thread::yield();  // even: where the spare descriptor is used, a try is two calls
    const auto passed = std::chrono::duration_cast<Milliseconds>(monotonic_now() - begin).count();
    EXPECT_LE(accept_calls, 2 * (passed / 100 + 2)) << error;
    EXPECT_TRUE(peer.is_quiet()) << error;
    planned_error = 0;
    EXPECT_TRUE(peer.is_ended()) << error;
    EXPECT_EQ(accepted, before + 1) << error;
  }
}

// An error of the connection that was to be taken says nothing about the next one.
TEST_F(Listening, R2_ConnectionsThatDiedInTheBacklogCostNoPause) {
  planned_error = ECONNABORTED;
  const Peer peer;
  accept_calls = 0;
  const TimePoint begin = monotonic_now();
  peer.connect(port());
  while (accept_calls < 200) std::this_thread::yield();
  EXPECT_LT(monotonic_now() - begin, Milliseconds(10'000));  // with a pause after each: 20 s
  planned_error = 0;
  EXPECT_TRUE(peer.is_ended());
  EXPECT_EQ(accepted, 1);
}

}  // namespace
}  // namespace sio::rt
