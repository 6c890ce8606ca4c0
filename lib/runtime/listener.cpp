#include "sio/runtime/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "shard_io.hpp"

namespace sio::rt {

namespace {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerEvent = 64;
constexpr auto kBackOff = Milliseconds(100);  // after running out of descriptors or memory (R2)

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

bool fill(const Endpoint& endpoint, Address& address) {
  if (endpoint.is_unix()) {
    auto* un = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (endpoint.path.size() >= sizeof un->sun_path) return false;
    un->sun_family = AF_UNIX;
    std::memcpy(un->sun_path, endpoint.path.c_str(), endpoint.path.size() + 1);
    address.size = sizeof *un;
    return true;
  }
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof *v4;
    return true;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, endpoint.host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    address.size = sizeof *v6;
    return true;
  }
  return false;
}

// Whether accept() failed for the connection that it took (accept(2): Linux hands over errors that wait on it), so that
// the next one may succeed. Everything else lasts: trying again at once would only spin.
bool concerns_one_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

std::string numeric_host(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text.data(), text.size());
  } else if (storage.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, text.data(), text.size());
  } else {
    return "unix";
  }
  return text.data();
}

unsigned short bound_port(int descriptor) {
  Address bound;
  bound.size = sizeof bound.storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) return 0;
  if (bound.storage.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port);
  if (bound.storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&bound.storage)->sin6_port);
  return 0;
}

class SocketListener final : public Listener, private Timer {
 public:
  SocketListener(Shard& shard, Endpoint endpoint, int descriptor, OnAccept on_accept)
      : shard_(shard),
        endpoint_(std::move(endpoint)),
        descriptor_(shard.io().context, descriptor),
        on_accept_(std::move(on_accept)) {
    spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  ~SocketListener() override { close(); }
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  const Endpoint& endpoint() const override { return endpoint_; }
  void start() override { arm(); }

  void close() override {
    shard_.timers().cancel(*this);
    if (!descriptor_.is_open()) return;
    error_code ignored;
    descriptor_.close(ignored);
    if (endpoint_.is_unix()) ::unlink(endpoint_.path.c_str());
    if (spare_ >= 0) ::close(std::exchange(spare_, -1));
  }

 private:
  void arm() {
    descriptor_.async_wait(stream_descriptor::wait_read, [this](const error_code& error) {
      if (error) return;
      shard_.begin_handler();
      accept_some();
    });
  }

  void on_timer(TimePoint) override { arm(); }

  void accept_some() {
    for (int i = 0; i < kAcceptsPerEvent; ++i) {
      Address peer;
      peer.size = sizeof peer.storage;
      const int accepted = ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer.storage),
                                     &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted >= 0) {
        const int one = 1;
        if (!endpoint_.is_unix()) ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        on_accept_(accepted, numeric_host(peer.storage));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        break;
      } else if (!concerns_one_connection(errno)) {
        if (errno == EMFILE || errno == ENFILE) refuse_one();
        return shard_.timers().arm(*this, shard_.now() + kBackOff);
      }
    }
    arm();
  }

  // No descriptor left: give up the spare one to accept and close a connection, so that its client is told at once.
  void refuse_one() {
    if (spare_ < 0) spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // somebody else took its place the last time
    if (spare_ < 0) return;
    ::close(spare_);
    const int accepted = ::accept4(descriptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted >= 0) ::close(accepted);
    spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

  Shard& shard_;
  Endpoint endpoint_;
  stream_descriptor descriptor_;
  OnAccept on_accept_;
  int spare_ = -1;
};

// A unix socket's file that nobody answers on is left over from a killed server.
void remove_stale(const Endpoint& endpoint, const Address& address) {
  struct stat status{};
  if (::lstat(endpoint.path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  if (::connect(probe, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
      errno == ECONNREFUSED) {
    ::unlink(endpoint.path.c_str());
  }
  ::close(probe);
}

}  // namespace

bool Endpoint::is_loopback() const { return is_unix() || host == "::1" || host.starts_with("127."); }

std::string Endpoint::to_string() const {
  if (is_unix()) return "unix:" + path;
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Endpoint::to_url() const { return is_unix() ? to_string() : "http://" + to_string(); }

Result<Endpoint, std::string> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  if (text.starts_with("unix:")) {
    endpoint.path = text.substr(5);
    Address address;
    if (endpoint.path.empty() || !fill(endpoint, address)) return fail(std::string("not a path for a unix socket"));
    return endpoint;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(std::string("no port: write ADDRESS:PORT"));
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (port.empty() || parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size()) {
    return fail(std::string("the port is no number from 0 to 65535"));
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  endpoint.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  Address address;
  if (!fill(endpoint, address)) return fail(std::string("not a numeric address"));
  return endpoint;
}

Result<std::unique_ptr<Listener>, std::string> Listener::open(Shard& shard, const Endpoint& endpoint,
                                                              OnAccept on_accept) {
  Address address;
  if (!fill(endpoint, address)) return fail(std::string("not an address"));
  const int descriptor = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto failed = [&](const char* what) {
    std::string text = std::string(what) + ": " + std::strerror(errno);
    if (descriptor >= 0) ::close(descriptor);
    return fail(std::move(text));
  };
  if (descriptor < 0) return failed("socket");
  const int one = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (address.storage.ss_family == AF_INET6) ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  if (endpoint.is_unix()) remove_stale(endpoint, address);
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address.storage), address.size) != 0) return failed("bind");
  if (::listen(descriptor, kBacklog) != 0) return failed("listen");
  Endpoint bound = endpoint;
  if (!bound.is_unix()) bound.port = bound_port(descriptor);
  return std::unique_ptr<Listener>(
      std::make_unique<SocketListener>(shard, std::move(bound), descriptor, std::move(on_accept)));
}

}  // namespace sio::rt
