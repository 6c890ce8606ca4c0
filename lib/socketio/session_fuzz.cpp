// The Socket.IO side of a session as its owner runs it (lib/server/client.cpp without sockets and timers): the decoder,
// the table of what may come when, and two namespaces that are joined, refused and left in any order. What the table
// says is compared with the protocol page (2.3), and nothing may happen to a namespace that is not joined or after the
// end. Input: messages parted by RS; `b…` is binary, `+` and `-` confirm and refuse the oldest CONNECT that waits, `x`
// and `y` end a socket from the server's side.

// libFuzzer: -max_len=256

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/socketio/packet.hpp"

namespace {

using namespace sio;
using State = NamespaceState;

constexpr std::array<std::string_view, 2> kOffered = {"/", "/a"};
constexpr std::size_t kUnjoinedBytesMax = 48;

// Protocol page 2.3, by the state of the namespace the packet names.
Verdict by_the_page(PacketType type, State state) {
  if (type == PacketType::connect_error) return Verdict::close;                         // servers send it
  if (type == PacketType::connect && state != State::absent) return Verdict::close;     // twice
  if (type != PacketType::connect && state != State::connected) return Verdict::close;  // not joined (yet)
  return Verdict::accept;
}

class Session {
 public:
  bool closed() const { return closed_; }

  void message(bool binary, std::string_view data) {
    SIO_CHECK(!closed_);
    if (!joined_once_ && data.size() > kUnjoinedBytesMax) return close();
    DecodedPacket packet;
    switch (binary ? decoder_.feed_binary(data, packet) : decoder_.feed_text(data, packet)) {
      case Decoder::Status::packet:
        return handle(packet);
      case Decoder::Status::pending:
        if (!joined_once_) close();
        return;
      case Decoder::Status::invalid:
        return close();
    }
  }
  void confirm() {
    if (State* oldest = waiting()) {
      *oldest = State::connected;
      joined_once_ = true;
    }
  }
  void refuse() {
    if (State* oldest = waiting()) *oldest = State::absent;
  }
  void end(std::size_t nsp) {
    if (states_[nsp] == State::connected) states_[nsp] = State::absent;
  }

 private:
  State* waiting() {
    for (State& state : states_) {
      if (state == State::connecting) return &state;
    }
    return nullptr;
  }
  void close() {
    closed_ = true;
    states_ = {};
  }
  void handle(const DecodedPacket& packet) {
    std::size_t at = 0;
    while (at < kOffered.size() && kOffered[at] != packet.nsp) ++at;
    const State state = at < kOffered.size() ? states_[at] : State::absent;
    const Verdict verdict = judge(packet.type, state);
    SIO_CHECK(verdict == by_the_page(packet.type, state));
    if (verdict == Verdict::close) return close();
    switch (packet.type) {
      case PacketType::connect:
        SIO_CHECK(state == State::absent);
        if (at < kOffered.size()) states_[at] = State::connecting;  // else: "Invalid namespace", nothing kept
        return;
      case PacketType::disconnect:
        states_.at(at) = State::absent;
        return;
      case PacketType::binary_event:
      case PacketType::binary_ack:
        SIO_CHECK(!packet.attachments.empty());
        [[fallthrough]];
      case PacketType::event:
      case PacketType::ack:
        SIO_CHECK(joined_once_ && states_.at(at) == State::connected);
        SIO_CHECK(packet.payload.front() == '[' && packet.payload.back() == ']');
        return;
      case PacketType::connect_error:
        SIO_CHECK(false);
    }
  }

  DecoderLimits limits_{.json = {}, .attachments_max = 3, .attachment_bytes_max = 16, .keep_attachments = true};
  Decoder decoder_{limits_};
  std::array<State, kOffered.size()> states_{};
  bool joined_once_ = false;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  Session session;
  while (!input.empty() && !session.closed()) {
    const std::string message(input.until('\x1E'));
    if (message == "+") {
      session.confirm();
    } else if (message == "-") {
      session.refuse();
    } else if (message == "x" || message == "y") {
      session.end(message == "x" ? 0 : 1);
    } else {
      const bool binary = message.starts_with('b');
      session.message(binary, std::string_view(message).substr(binary ? 1 : 0));
    }
  }
  return 0;
}
