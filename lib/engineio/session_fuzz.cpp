// A session driven by bytes: each takes an input of the driver, with the next bytes as its arguments. What the harness
// watches must hold, packets for the client must leave once and in order, and in the end the session must be gone.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "session_harness.hpp"

namespace {

using namespace sio::eio;
using sio::eio::test::Harness;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return rest_.empty(); }
  unsigned byte() {
    if (rest_.empty()) return 0;
    const unsigned value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view bytes() {
    const std::string_view taken = rest_.substr(0, byte_length());
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::size_t byte_length() { return byte() % 64; }
  std::string_view rest_;
};

Config small_config(unsigned choice) {
  Config config;
  config.ping_interval = sio::Milliseconds{300};
  config.ping_timeout = sio::Milliseconds{200};
  config.upgrade_timeout = sio::Milliseconds{100 + 100 * (choice & 7)};
  config.closing_grace = sio::Milliseconds{250};
  config.client_close_grace = sio::Milliseconds{50};
  config.payload_packets_max = 8;
  config.poll_packets_max = 1 + (choice >> 3 & 3);
  config.outbox_bytes_max = 256;
  config.outbox_packets_max = 24;
  config.allow_upgrade = choice < 224;
  return config;
}

// Numbers the messages to the client ("4" + number) and checks that they leave in order, none twice and none left out.
class Numbers {
 public:
  std::string next() const { return '4' + std::to_string(queued_); }
  void queued() { ++queued_; }
  void left(std::string_view packet) {
    if (packet.size() < 2 || packet[0] != '4' || packet[1] == 'v') return;
    if (packet != '4' + std::to_string(left_)) std::abort();
    ++left_;
  }

 private:
  int queued_ = 0;
  int left_ = 0;
};

void send(Harness& harness, Numbers& numbers) {
  if (harness.send(numbers.next())) numbers.queued();
}

void close(Harness& harness, unsigned choice) { harness.close(static_cast<sio::DisconnectReason>(choice % 12)); }

// Ids are few, so that requests and connections meet again; never one that is still under way.
void run(Harness& harness, Numbers& numbers, Input& input) {
  sio::eio::RequestId request = 0;
  while (!input.empty() && !harness.session().gone()) {
    const unsigned choice = input.byte();
    const ConnectionId connection = 1 + (choice >> 5 & 3);
    const RequestId latest = request > (choice >> 5 & 3) ? request - (choice >> 5 & 3) : 1;
    switch (choice & 31) {
      case 0:
      case 1:
        harness.poll(++request);
        break;
      case 2:
        harness.abort_poll(latest);
        break;
      case 3:
        harness.begin_post(++request, choice >= 224);
        break;
      case 4:
        harness.post_body(latest, input.bytes());
        break;
      case 5:
      case 6:
        if (harness.begin_post(++request)) harness.post_body(request, input.bytes());
        break;
      case 7:
        harness.post_too_large(latest);
        break;
      case 8:
        harness.abort_post(latest);
        break;
      case 9:
        if (!harness.connections().contains(connection)) harness.open_probe(connection);
        break;
      case 10:
        harness.message(connection, "2probe");
        break;
      case 11:
        harness.message(connection, "5");
        break;
      case 12:
      case 13:
        harness.message(connection, input.bytes());
        break;
      case 14:
        harness.message(connection, input.bytes(), true);
        break;
      case 15:
        harness.lose(connection);
        break;
      case 16:
      case 17:
      case 18:
        send(harness, numbers);
        break;
      case 19:
        harness.send("4v", false, true);
        break;
      case 20:
        harness.send(input.bytes(), true);
        break;
      case 21:
        close(harness, choice >> 5);
        break;
      case 22:
        harness.writable = choice >= 128;
        break;
      case 23:
        harness.advance(sio::Milliseconds{choice});
        break;
      case 24:
        harness.advance_late(sio::Milliseconds{choice});
        break;
      case 25:
        harness.advance_without_timer(sio::Milliseconds{choice >> 5});
        break;
      case 26:
        harness.control_frame(connection);
        break;
      case 27:
        if (harness.begin_post(++request)) harness.post_body(request, "3");
        break;
      case 28:
        harness.message(connection, "3");
        break;
      default:
        harness.flush();
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const Config config = small_config(input.byte());
  const bool websocket = input.byte() % 4 == 0;
  Harness harness(config, websocket ? TransportKind::websocket : TransportKind::polling, websocket ? 1 : 0);
  Numbers numbers;
  harness.on_send = [&](ConnectionId, const Packet& packet) {
    if (!packet.binary) numbers.left(packet.bytes.view());
  };
  harness.on_answer = [&](const Harness::Answer& answer) {
    PayloadReader reader(answer.body);
    while (const auto packet = reader.next()) numbers.left(*packet);
  };
  harness.on_message = [&](const Incoming& incoming) {
    if (incoming.data.starts_with("echo")) send(harness, numbers);
    if (incoming.data.starts_with("end")) close(harness, static_cast<unsigned>(incoming.data.size()));
  };
  run(harness, numbers, input);
  harness.advance(std::chrono::seconds{10});
  if (!harness.session().gone()) harness.fail("not gone in the end");
  if (!harness.breach().empty()) {
    std::fprintf(stderr, "%s\n", harness.breach().c_str());
    std::abort();
  }
  return 0;
}
