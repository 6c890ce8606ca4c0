// One WebSocket of a running server: the time and number of fragments (W4), compression (W5), peers that are gone or do
// not read (W6). What single frames do is in lib/websocket and tests/conformance.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "counting_new.hpp"
#include "moved_clock.hpp"
#include "sio/websocket/deflate.hpp"
#include "test_server.hpp"

namespace sio::test {
namespace {

constexpr Milliseconds kAlmost{100};
constexpr unsigned kText = 1;
constexpr unsigned kPing = 9;

class Echo final : public EngineApplication {
 public:
  explicit Echo(Log& log) : log_(log) {}
  std::unique_ptr<EngineClient> on_open(EngineSocket& socket) override {
    return std::make_unique<Client>(socket, log_);
  }

 private:
  class Client final : public EngineClient {
   public:
    Client(EngineSocket& socket, Log& log) : socket_(socket), log_(log) {}
    void on_message(bool binary, std::string_view data) override {
      socket_.send({SharedBytes(binary ? std::string(data) : '4' + std::string(data)), binary, false});
    }
    void on_close(DisconnectReason reason) override { log_.add(std::string(to_string(reason))); }

   private:
    EngineSocket& socket_;
    Log& log_;
  };
  Log& log_;
};

std::string upgrade_request(const std::string& target, const std::string& offer) {
  std::string request = WebSocketClient::upgrade_request(target);
  if (!offer.empty()) request.insert(request.size() - 2, "Sec-WebSocket-Extensions: " + offer + "\r\n");
  return request;
}

// A WebSocket whose client offers an extension, and has the public half of it.
class OfferingClient {
 public:
  OfferingClient(unsigned short port, const std::string& target, const std::string& offer) : wire_(port) {
    wire_.send(upgrade_request(target, offer));
    head_ = wire_.read_to("\r\n\r\n");
  }

  const std::string& head() const { return head_; }
  std::string agreed() const {
    constexpr std::string_view kName = "Sec-WebSocket-Extensions: ";
    const std::size_t at = head_.find(kName);
    if (at == std::string::npos) return "";
    return head_.substr(at + kName.size(), head_.find("\r\n", at) - at - kName.size());
  }
  Wire& wire() { return wire_; }

  // What does not get shorter goes as it is.
  void send(std::string_view message) {
    std::string frame;
    deflate_.append_message(frame, ws::Opcode::text, SharedBytes(message));
    const auto length = static_cast<unsigned char>(frame[1]);
    const std::size_t head_bytes = length < 126 ? 2 : (length == 126 ? 4 : 10);
    wire_.send(WebSocketClient::frame(static_cast<unsigned char>(frame[0]) & 0x7FU, frame.substr(head_bytes)));
  }
  // First byte and payload of the next frame; inflated if it is marked as compressed.
  struct Received {
    unsigned first = 0;
    std::size_t wire_bytes = 0;
    std::string payload;
  };
  Received receive() {
    const std::string head = wire_.read(2);
    std::uint64_t size = static_cast<unsigned char>(head[1]);
    if (size >= 126) {
      const std::string length = wire_.read(size == 126 ? 2 : 8);
      size = 0;
      for (const char octet : length) size = size << 8U | static_cast<unsigned char>(octet);
    }
    Received received{static_cast<unsigned char>(head[0]), size, wire_.read(size)};
    if ((received.first & 0x40U) == 0) return received;
    std::string inflated;
    if (deflate_.inflate(received.payload, true, 10'000'000, inflated) != ws::CloseCode::none) give_up("not inflated");
    received.payload = inflated;
    return received;
  }

 private:
  Wire wire_;
  std::string head_;
  ws::DeflateEngine engine_{{.enabled = true, .compress_bytes_min = 1}};
  ws::Deflate deflate_{engine_, {}};
};

struct WebSockets : testing::Test {
  void start(EngineOptions options, bool quiet = true) {
    if (quiet) options.session.ping_interval = Milliseconds(600'000);
    server.server().serve_engine_io(std::move(options), application);
    SocketIoOptions socket_io;
    socket_io.engine.websocket_compression.enabled = true;
    server.server().serve_socket_io(socket_io);
    server.of("/").on_connection([](Socket& socket, json::Value) { socket.join("all"); });
    server.start();
  }
  WebSocketClient open(int receive_buffer_bytes = 0) {
    WebSocketClient client(server.port(), kTarget, receive_buffer_bytes);
    EXPECT_TRUE(client.message().starts_with("0{"));
    return client;
  }
  void settle() {
    for (int round = 0; round < 4; ++round) server.on_shard(0, [] {});
  }
  void advance(Milliseconds by) {
    settle();
    clock.advance(by);
    settle();
  }

  static constexpr const char* kTarget = "/engine.io/?EIO=4&transport=websocket";
  Log log;
  Echo application{log};
  TestServer server{threads(1)};
  StoppedClock clock;  // runs again before the server stops, which takes time
};

TEST_F(WebSockets, W4_MessageMustBeWholeWithin30Seconds) {
  start({});
  WebSocketClient fragments = open();
  WebSocketClient slow_frame = open();
  fragments.wire().send(WebSocketClient::frame(kText, "4a", false));
  slow_frame.wire().send(WebSocketClient::frame(kText, "4 slowly").substr(0, 9));
  advance(Milliseconds(30'000) - kAlmost);
  fragments.wire().send(WebSocketClient::frame(0, "b", false) + WebSocketClient::frame(kPing, ""));
  slow_frame.wire().send("x");  // neither buys time
  EXPECT_EQ(fragments.receive().opcode, 10U);
  EXPECT_TRUE(slow_frame.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(fragments.close_code(), 1008U);
  EXPECT_EQ(slow_frame.close_code(), 1008U);
  EXPECT_EQ(log.next(), "transport error");
}

TEST_F(WebSockets, W4_EveryMessageHasATimeOfItsOwn) {
  start({});
  WebSocketClient client = open();
  for (int i = 0; i < 3; ++i) {
    client.wire().send(WebSocketClient::frame(kText, "4a", false));
    advance(Milliseconds(30'000) - kAlmost);
    client.wire().send(WebSocketClient::frame(0, "b"));
    EXPECT_EQ(client.message(), "4ab");
  }
  advance(Milliseconds(100'000));  // between messages there is none
  EXPECT_TRUE(client.wire().is_quiet(0));
  // The end of one and the beginning of the next in one piece.
  client.wire().send(WebSocketClient::frame(kText, "4a", false));
  advance(Milliseconds(20'000));
  client.wire().send(WebSocketClient::frame(0, "b") + WebSocketClient::frame(kText, "4c", false));
  EXPECT_EQ(client.message(), "4ab");
  advance(Milliseconds(30'000) - kAlmost);
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(client.close_code(), 1008U);
}

TEST_F(WebSockets, W4_TheTimeIsAnOption) {
  EngineOptions options;
  options.websocket_message_timeout = Milliseconds(2'000);
  start(options);
  WebSocketClient client = open();
  client.wire().send("\x81");  // one byte of a head
  advance(Milliseconds(2'000) - kAlmost);
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(client.close_code(), 1008U);
}

TEST_F(WebSockets, W4_256FragmentsPassAndOneMoreCloses) {
  start({});
  WebSocketClient client = open();
  const auto in_fragments = [&](int count) {
    std::string bytes = WebSocketClient::frame(kText, "4", false);
    for (int i = 2; i < count; ++i) bytes += WebSocketClient::frame(0, "", false);
    client.wire().send(bytes + WebSocketClient::frame(0, "end"));
  };
  in_fragments(256);
  EXPECT_EQ(client.message(), "4end");
  in_fragments(257);
  EXPECT_EQ(client.close_code(), 1008U);
}

TEST_F(WebSockets, W5_NothingIsNegotiatedByDefault) {
  start({});
  OfferingClient client(server.port(), kTarget, "permessage-deflate; client_max_window_bits");
  EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(client.agreed(), "");
  EXPECT_TRUE(client.receive().payload.starts_with("0{"));
  client.send('4' + std::string(100, 'x'));                      // marked as compressed
  EXPECT_EQ(client.receive().payload.substr(0, 2), "\x03\xEA");  // 1002
  // What is no list of extensions is not even read.
  OfferingClient other(server.port(), kTarget, ";;");
  EXPECT_TRUE(other.head().starts_with("HTTP/1.1 101 "));
}

EngineOptions compressing(std::size_t bytes_min = 1'024) {
  EngineOptions options;
  options.websocket_compression.enabled = true;
  options.websocket_compression.compress_bytes_min = bytes_min;
  return options;
}

TEST_F(WebSockets, W5_CompressedMessagesAreTakenAndSent) {
  start(compressing());
  OfferingClient client(server.port(), kTarget, "x, permessage-deflate; client_max_window_bits");
  EXPECT_EQ(client.agreed(), "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  EXPECT_TRUE(client.receive().payload.starts_with("0{"));
  client.send("4short");
  OfferingClient::Received echo = client.receive();
  EXPECT_EQ(echo.first, 0x81U);
  EXPECT_EQ(echo.payload, "4short");
  const std::string text = '4' + std::string(5'000, 'x');
  client.send(text);
  echo = client.receive();
  EXPECT_EQ(echo.first, 0xC1U);
  EXPECT_LT(echo.wire_bytes, 100U);
  EXPECT_EQ(echo.payload, text);
  // Plain messages are still welcome.
  client.wire().send(WebSocketClient::frame(kText, "4plain"));
  EXPECT_EQ(client.receive().payload, "4plain");
}

TEST_F(WebSockets, W5_ClientsThatOfferNothingGetNothing) {
  start(compressing(1));
  WebSocketClient client = open();
  const std::string text = '4' + std::string(5'000, 'x');
  client.send(text);
  EXPECT_EQ(client.receive().payload, text);
  OfferingClient other(server.port(), kTarget, "permessage-deflate; unknown");
  EXPECT_EQ(other.agreed(), "");
}

TEST_F(WebSockets, W5_MalformedOffersAreRefused) {
  start(compressing());
  OfferingClient client(server.port(), kTarget, "permessage-deflate;;");
  EXPECT_TRUE(client.head().starts_with("HTTP/1.1 400 "));
}

TEST_F(WebSockets, W5_TheUpgradeOfAPollingSessionNegotiatesToo) {
  start(compressing(1));
  PollingClient polling(server.port(), "/engine.io/");
  OfferingClient client(server.port(), polling.upgrade_target(), "permessage-deflate");
  EXPECT_EQ(client.agreed(), "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  client.send("2probe");
  EXPECT_EQ(client.receive().payload, "3probe");
  client.send("5");
  client.send('4' + std::string(100, 'x'));
  const OfferingClient::Received echo = client.receive();
  EXPECT_EQ(echo.first, 0xC1U);
  EXPECT_EQ(echo.payload, '4' + std::string(100, 'x'));
}

TEST_F(WebSockets, W5_LimitsCountInflatedBytes) {
  start(compressing());
  const std::size_t most = EngineOptions{}.session.max_payload;
  OfferingClient client(server.port(), kTarget, "permessage-deflate");
  client.receive();
  client.send(std::string(most, '4'));
  EXPECT_EQ(client.receive().payload.size(), most);
  client.send(std::string(most + 1, '4'));                       // a kilobyte on the wire
  EXPECT_EQ(client.receive().payload.substr(0, 2), "\x03\xF1");  // 1009
  EXPECT_EQ(log.next(), "transport error");
}

// R4: what was compressed for one of many receivers serves them all, and is forgotten at the end of the turn.
TEST_F(WebSockets, R4_ABroadcastLeavesNoCompressedFormBehind) {
  start({});
  std::vector<std::unique_ptr<OfferingClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(
        std::make_unique<OfferingClient>(server.port(), "/socket.io/?EIO=4&transport=websocket", "permessage-deflate"));
    EXPECT_TRUE(clients.back()->receive().payload.starts_with("0{"));
    clients.back()->send("40");
    EXPECT_TRUE(clients.back()->receive().payload.starts_with("40{"));
  }
  const auto broadcast = [&](const std::string& text) {
    server.of("/").to("all").emit("news", text);
    for (const auto& client : clients) {
      const OfferingClient::Received news = client->receive();
      EXPECT_EQ(news.first, 0xC1U);
      EXPECT_EQ(news.payload, R"(42["news",")" + text + "\"]");
    }
    settle();
  };
  broadcast(std::string(300'000, 'a'));  // makes what the thread keeps
  const std::size_t before = allocations().live_bytes;
  for (const char letter : {'b', 'c', 'd', 'e'}) broadcast(std::string(300'000, letter));
  EXPECT_LT(allocations().live_bytes, before + 200'000);
}

TEST_F(WebSockets, W6_APeerThatIsGoneIsDroppedAfterPingIntervalAndPingTimeout) {
  start({}, false);
  WebSocketClient client = open();
  advance(Milliseconds(25'000) - kAlmost);
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(client.receive().payload, "2");
  // Frames that a proxy may answer for it are no sign of life, nor is anything that it says.
  client.wire().send(WebSocketClient::frame(kPing, "") + WebSocketClient::frame(10, "") +
                     WebSocketClient::frame(kText, "4x"));
  EXPECT_EQ(client.receive().opcode, 10U);
  EXPECT_EQ(client.message(), "4x");
  advance(Milliseconds(20'000) - 2 * kAlmost);
  EXPECT_TRUE(client.wire().is_quiet(0));
  advance(2 * kAlmost);
  EXPECT_EQ(client.close_code(), 0U);
  EXPECT_EQ(log.next(), "ping timeout");
}

TEST_F(WebSockets, W6_PongsForAPeerThatDoesNotReadAreBounded) {
  constexpr int kPings = 200'000;
  EngineOptions options;
  options.session.control_packets_per_second_max = 10 * kPings;  // not what this is about
  start(options);
  WebSocketClient client = open(4 * 1024);
  std::string pings;
  for (int i = 0; i < 1'000; ++i) pings += WebSocketClient::frame(kPing, std::string(125, 'p'));
  const std::size_t before = allocations().live_bytes;
  for (int i = 0; i < kPings / 1'000; ++i) client.wire().send(pings);  // 26 MB, all taken
  settle();
  EXPECT_LT(allocations().live_bytes, before + 64 * 1'024);
  // It still lives, and what was sent is whole.
  client.send("4lives");
  int pongs = 0;
  Frame next = client.receive();
  for (; next.opcode == 10; next = client.receive()) {
    ASSERT_EQ(next.payload.size(), 125U);
    ++pongs;
  }
  EXPECT_EQ(next.payload, "4lives");
  EXPECT_GT(pongs, 0);
  EXPECT_LT(pongs, kPings);
}

// What a peer's messages were answered with goes out, whatever comes after them.
TEST_F(WebSockets, AnswersToEarlierMessagesComeBeforeAFaultAndBeforeAClose) {
  start({});
  const std::string hello = WebSocketClient::frame(kText, "4hello");
  WebSocketClient broken = open();
  broken.wire().send(hello + WebSocketClient::frame(3, ""));
  EXPECT_EQ(broken.receive().payload, "4hello");
  EXPECT_EQ(broken.close_code(), 1002U);
  WebSocketClient leaving = open();
  leaving.wire().send(hello + WebSocketClient::frame(8, "\x03\xE8"));
  EXPECT_EQ(leaving.receive().payload, "4hello");
  EXPECT_EQ(leaving.close_code(), 1000U);
  EXPECT_EQ(log.next(), "transport error");
  EXPECT_EQ(log.next(), "transport close");
}

TEST_F(WebSockets, AnswersThatDoNotGoOutAtOnceComeBeforeACloseToo) {
  EngineOptions options;
  options.session.max_payload = 16'000'000;
  options.session.outbox_bytes_max = 64'000'000;
  start(options);
  WebSocketClient client = open(4 * 1024);
  std::string large = "4";
  large.resize(15'000'001, 'x');
  client.wire().send(WebSocketClient::frame(kText, large) + WebSocketClient::frame(kText, "4last") +
                     WebSocketClient::frame(8, "\x03\xE8"));
  EXPECT_EQ(log.next(), "transport close");  // while most of it still waits
  EXPECT_EQ(client.receive().payload, large);
  EXPECT_EQ(client.receive().payload, "4last");
  EXPECT_EQ(client.close_code(), 1000U);
  EXPECT_EQ(client.wire().read_to_end(), "");
}

}  // namespace
}  // namespace sio::test
