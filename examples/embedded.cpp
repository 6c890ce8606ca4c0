// A Socket.IO server inside a program that has an event loop of its own: Boost.Asio with its threads, a timer and a TCP
// port. Ticks of the timer and lines from TCP are broadcast; a handler hands work over and is answered later; at the
// end both stop in order.
//
//   embedded [HOST:PORT [LINES_PORT]]
//
//   from a client     its acknowledgement            to everybody
//   factorize n       the prime factors of n         tick count (volatile); line text
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sio/base/utf8.hpp"
#include "sio/server/server.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::size_t kLineBytesMax = 1'024;
constexpr std::int64_t kNumberMax = 1'000'000'000'000;

std::vector<std::int64_t> prime_factors(std::int64_t n) {
  std::vector<std::int64_t> factors;
  for (std::int64_t d = 2; d <= n / d; ++d) {
    for (; n % d == 0; n /= d) factors.push_back(d);
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

// Broadcasts from a thread of Asio: emitting works from any thread.
class Ticker {
 public:
  Ticker(asio::io_context& io, sio::Namespace& nsp) : timer_(io), nsp_(nsp) { wait(); }

 private:
  void wait() {
    timer_.expires_after(std::chrono::milliseconds(100));
    timer_.async_wait([this](Error error) {
      if (error) return;
      nsp_.all().emit_volatile("tick", ++count_);
      wait();
    });
  }

  asio::steady_timer timer_;
  sio::Namespace& nsp_;
  std::int64_t count_ = 0;
};

// A TCP connection: each of its lines is an event for everybody. A line that is too long ends it.
class Lines : public std::enable_shared_from_this<Lines> {
 public:
  Lines(tcp::socket socket, sio::Namespace& nsp) : socket_(std::move(socket)), nsp_(nsp) {}
  void read() {
    asio::async_read_until(socket_, buffer_, '\n', [self = shared_from_this()](Error error, std::size_t) {
      if (error) return;
      std::istream input(&self->buffer_);
      std::string line;
      std::getline(input, line);
      if (sio::is_utf8(line)) self->nsp_.all().emit("line", line);
      self->read();
    });
  }

 private:
  tcp::socket socket_;
  asio::streambuf buffer_{kLineBytesMax};
  sio::Namespace& nsp_;
};

void accept(tcp::acceptor& acceptor, sio::Namespace& nsp) {
  acceptor.async_accept([&acceptor, &nsp](Error error, tcp::socket socket) {
    if (!error) std::make_shared<Lines>(std::move(socket), nsp)->read();
    if (acceptor.is_open()) accept(acceptor, nsp);
  });
}

}  // namespace

int main(int argc, char** argv) {
  // The server first, so that it is destroyed last: work that is still queued in Asio then holds Acks, and these must
  // not outlive it.
  sio::Server server;
  asio::io_context io;
  asio::signal_set signals(io, SIGINT, SIGTERM);

  sio::Namespace& nsp = server.of("/");
  // The handler must not block its shard, so the work goes to Asio; the Ack goes with it, and answers from there.
  nsp.on("factorize", [&io](sio::Socket&, std::int64_t n, sio::Ack ack) {
    if (n < 1 || n > kNumberMax) return ack("A number from 1 to 10^12, please");
    asio::post(io, [n, ack = std::move(ack)]() mutable { ack(nullptr, prime_factors(n)); });
  });
  const auto bound = server.listen(argc > 1 ? argv[1] : "127.0.0.1:3000");
  if (!bound) {
    std::cerr << "cannot listen: " << bound.error() << '\n';
    return 1;
  }
  const auto lines_port = static_cast<unsigned short>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 3001);
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), lines_port));
  std::cout << "listening on " << bound->to_url() << "\nlines on port " << acceptor.local_endpoint().port()
            << std::endl;

  accept(acceptor, nsp);
  Ticker ticker(io, nsp);
  signals.async_wait([&server](Error, int) { server.stop(); });

  std::thread serving([&server] { server.run(); });
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i) workers.emplace_back([&io] { io.run(); });

  // First the server: when run() has returned, no handler runs any more and nobody hands work over. Then Asio.
  serving.join();
  io.stop();
  for (std::thread& worker : workers) worker.join();
  std::cout << "stopped" << std::endl;
}
