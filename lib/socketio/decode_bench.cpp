// One chat message through scan(), the decoder and the look-ups of a handler. Aim: scan and decode within 250 ns.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/socketio/packet.hpp"

namespace {

// A message with `times` times `piece` as its content.
std::string payload(std::string_view piece, int times) {
  std::string text = R"(["smessage",{"receiver_id":7,"content":")";
  for (int i = 0; i < times; ++i) text += piece;
  return text + R"("}])";
}

void scan_text(benchmark::State& state, const std::string& text) {
  for ([[maybe_unused]] const auto run : state) benchmark::DoNotOptimize(sio::json::scan(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

void decode(benchmark::State& state) {
  const std::string text = "2" + payload("0123456789", 10);
  const sio::DecoderLimits limits;
  sio::Decoder decoder(limits);
  sio::DecodedPacket packet;
  for ([[maybe_unused]] const auto run : state) benchmark::DoNotOptimize(decoder.feed_text(text, packet));
}

void decode_and_find(benchmark::State& state) {
  const std::string text = "2" + payload("0123456789", 10);
  const sio::DecoderLimits limits;
  sio::Decoder decoder(limits);
  sio::DecodedPacket packet;
  std::string buffer;
  for ([[maybe_unused]] const auto run : state) {
    decoder.feed_text(text, packet);
    const sio::json::Value message(sio::arguments_text(packet));
    benchmark::DoNotOptimize(message.find("receiver_id")->as_int64());
    benchmark::DoNotOptimize(message.find("content")->as_string(buffer));
  }
}

BENCHMARK_CAPTURE(scan_text, ascii, payload("0123456789", 10));
BENCHMARK_CAPTURE(scan_text, cyrillic, payload("\u043f\u0440\u0438 ", 14));
BENCHMARK_CAPTURE(scan_text, emoji, payload("hello \U0001F600", 10));
BENCHMARK(decode);
BENCHMARK(decode_and_find);

}  // namespace

BENCHMARK_MAIN();
