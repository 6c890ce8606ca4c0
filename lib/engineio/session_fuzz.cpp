// A session driven by bytes: each takes an input of the driver, with the next bytes as its arguments. What the harness
// watches must hold, packets for the client must leave once and in order, and in the end the session must be gone.

// libFuzzer: -max_len=192

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "session_harness.hpp"

namespace {

using namespace sio::eio;
using sio::eio::test::Harness;
using sio::fuzz::Input;

// A length, and that many bytes.
std::string_view piece(Input& input) { return input.bytes(input.byte() % 64); }

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
  config.packets_per_second_max = choice % 5 == 0 ? 12 : 0;
  config.flood_seconds = 2;
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

struct Play {
  Harness& harness;
  Numbers& numbers;
  Input& input;
  RequestId request = 0;  // the latest
};

void send(Play& play) {
  if (play.harness.send(play.numbers.next())) play.numbers.queued();
}

void close(Harness& harness, unsigned choice) { harness.close(static_cast<sio::DisconnectReason>(choice % 12)); }

void post(Play& play, std::string_view body) {
  if (play.harness.begin_post(++play.request)) play.harness.post_body(play.request, body);
}

// The upper three bits of an input's byte choose among few ids, so that requests and connections meet again.
ConnectionId connection(unsigned choice) { return 1 + (choice >> 5 & 3); }
RequestId recent(const Play& play, unsigned choice) {
  const RequestId back = choice >> 5 & 3;
  return play.request > back ? play.request - back : 1;
}

using Step = void (*)(Play&, unsigned choice);

void poll(Play& play, unsigned) { play.harness.poll(++play.request); }
void post_some(Play& play, unsigned) { post(play, piece(play.input)); }
void message(Play& play, unsigned choice) { play.harness.message(connection(choice), piece(play.input)); }
void send_next(Play& play, unsigned) { send(play); }
void flush(Play& play, unsigned) { play.harness.flush(); }

// By the lower five bits; the corpus depends on the order.
constexpr Step kSteps[32] = {
    poll,
    poll,
    [](Play& play, unsigned choice) { play.harness.abort_poll(recent(play, choice)); },
    [](Play& play, unsigned choice) { play.harness.begin_post(++play.request, choice >= 224); },
    [](Play& play, unsigned choice) { play.harness.post_body(recent(play, choice), piece(play.input)); },
    post_some,
    post_some,
    [](Play& play, unsigned choice) { play.harness.post_too_large(recent(play, choice)); },
    [](Play& play, unsigned choice) { play.harness.abort_post(recent(play, choice)); },
    [](Play& play, unsigned choice) {
      if (!play.harness.connections().contains(connection(choice))) play.harness.open_probe(connection(choice));
    },
    [](Play& play, unsigned choice) { play.harness.message(connection(choice), "2probe"); },
    [](Play& play, unsigned choice) { play.harness.message(connection(choice), "5"); },
    message,
    message,
    [](Play& play, unsigned choice) { play.harness.message(connection(choice), piece(play.input), true); },
    [](Play& play, unsigned choice) { play.harness.lose(connection(choice)); },
    send_next,
    send_next,
    send_next,
    [](Play& play, unsigned) { play.harness.send("4v", false, true); },
    [](Play& play, unsigned) { play.harness.send(piece(play.input), true); },
    [](Play& play, unsigned choice) { close(play.harness, choice >> 5); },
    [](Play& play, unsigned choice) { play.harness.writable = choice >= 128; },
    [](Play& play, unsigned choice) { play.harness.advance(sio::Milliseconds{choice}); },
    [](Play& play, unsigned choice) { play.harness.advance_late(sio::Milliseconds{choice}); },
    [](Play& play, unsigned choice) { play.harness.advance_without_timer(sio::Milliseconds{choice >> 5}); },
    [](Play& play, unsigned choice) { play.harness.control_frame(connection(choice)); },
    [](Play& play, unsigned) { post(play, "3"); },
    [](Play& play, unsigned choice) { play.harness.message(connection(choice), "3"); },
    flush,
    flush,
    flush,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const Config config = small_config(input.byte());
  const bool websocket = input.byte() % 4 == 0;
  Harness harness(config, websocket ? TransportKind::websocket : TransportKind::polling, websocket ? 1 : 0);
  harness.recording = false;
  Numbers numbers;
  Play play{harness, numbers, input};
  harness.on_send = [&](ConnectionId, const Packet& packet) {
    if (!packet.binary) numbers.left(packet.bytes.view());
  };
  harness.on_answer = [&](const Harness::Answer& answer) {
    PayloadReader reader(answer.body);
    while (const auto packet = reader.next()) numbers.left(*packet);
  };
  harness.on_message = [&](const Incoming& incoming) {
    if (incoming.data.starts_with("echo")) send(play);
    if (incoming.data.starts_with("end")) close(harness, static_cast<unsigned>(incoming.data.size()));
  };
  while (!input.empty() && !harness.session().gone()) {
    const unsigned choice = input.byte();
    kSteps[choice & 31](play, choice);
  }
  harness.advance(std::chrono::seconds{10});
  if (!harness.session().gone()) harness.fail("not gone in the end");
  if (!harness.breach().empty()) {
    std::fprintf(stderr, "%s\n", harness.breach().c_str());
    std::abort();
  }
  return 0;
}
