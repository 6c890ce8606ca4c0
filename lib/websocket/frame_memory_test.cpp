// What the decoder allocates. The claim of the design is that an idle connection owns nothing and that a peer cannot
// make us take memory by announcing lengths.
#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "sio/websocket/deflate.hpp"
#include "sio/websocket/frame.hpp"
#include "test_deflate.hpp"

namespace sio::ws {
namespace {

using sio::test::Allocations;
using sio::test::allocations;
using testing::encode;
using testing::Frame;

struct Cost {
  std::size_t events = 0;
  std::size_t allocations = 0;
  std::size_t bytes = 0;
};

Cost cost_of(Decoder& decoder, std::string bytes) {
  std::span<char> input(bytes);
  Cost cost;
  const Allocations before = allocations();
  while (decoder.next(input).kind != EventKind::need_more) ++cost.events;
  const Allocations after = allocations();
  cost.allocations = after.count - before.count;
  cost.bytes = after.bytes - before.bytes;
  return cost;
}

TEST(FrameMemory, WholeFramesCostNoAllocation) {
  const Limits limits;
  Decoder decoder(limits);
  const Cost cost = cost_of(decoder, encode({Frame{.payload = std::string(5000, 'x')}, Frame{.opcode = Opcode::ping},
                                             Frame{.opcode = Opcode::binary, .payload = "b"}}));
  EXPECT_EQ(cost.events, 3U);
  EXPECT_EQ(cost.allocations, 0U);
}

TEST(FrameMemory, W3_GrowsWithWhatCameNotWithWhatWasAnnounced) {
  const Limits limits;
  Decoder decoder(limits);
  const std::string frame = encode(Frame{.payload = std::string(900'000, 'x')});
  EXPECT_LT(cost_of(decoder, frame.substr(0, 100)).bytes, 1024U);
  // Doubling as it grows: four times what came is a generous bound for the sum of all buffers.
  EXPECT_LT(cost_of(decoder, frame.substr(100, 50'000)).bytes, 200'000U);
}

// 10,000 idle connections that each kept the buffer of their last message would be the end of the memory budget.
TEST(FrameMemory, NothingIsKeptBetweenMessages) {
  const Limits limits;
  Decoder decoder(limits);
  std::string first = encode(Frame{.payload = std::string(2000, 'x')});
  std::string second = first.substr(1000);
  first.resize(1000);
  const std::size_t held_before = allocations().live();
  std::span<char> input(first);
  EXPECT_EQ(decoder.next(input).kind, EventKind::need_more);
  EXPECT_GT(allocations().live(), held_before);
  input = second;
  EXPECT_EQ(decoder.next(input).kind, EventKind::text);
  EXPECT_EQ(decoder.next(input).kind, EventKind::need_more);
  EXPECT_EQ(allocations().live(), held_before);
}

// That compression can be agreed on costs those that have not nothing.
TEST(FrameMemory, ADecoderIsSmall) { EXPECT_LE(sizeof(Decoder), 24U); }

TEST(FrameMemory, AnIdleCompressedConnectionHoldsNoStateOfZlib) {
  const Limits limits;
  DeflateEngine engine({.enabled = true, .compress_bytes_min = 1});
  const std::string frame = encode(Frame{.payload = testing::compress(std::string(3'000, 'x')), .rsv = 4});
  const SharedBytes answer(std::string(3'000, 'y'));
  std::string out;
  const auto talk = [&](Decoder& decoder) {
    std::string bytes = frame;
    std::span<char> input(bytes);
    EXPECT_EQ(decoder.next(input).payload.size(), 3'000U);
    EXPECT_EQ(decoder.next(input).kind, EventKind::need_more);
    out.clear();
    decoder.deflate()->append_message(out, Opcode::text, answer);
  };
  Decoder first(limits, std::make_unique<Deflate>(engine, DeflateTerms{}));
  talk(first);  // the thread's shared states are made here

  const std::size_t held_before = allocations().live();
  Decoder second(limits, std::make_unique<Deflate>(engine, DeflateTerms{}));
  EXPECT_LE(allocations().live() - held_before, 64U);
  const std::size_t held_idle = allocations().live();
  talk(second);
  EXPECT_EQ(allocations().live(), held_idle);
}

// W3, W5: half a compressed message costs the bytes that came, not zlib's windows.
TEST(FrameMemory, W5_HalfACompressedMessageCostsWhatCame) {
  const Limits limits;
  DeflateEngine engine({.enabled = true});
  Decoder decoder(limits, std::make_unique<Deflate>(engine, DeflateTerms{}));
  std::string frame = encode(Frame{.payload = testing::compress(std::string(900'000, 'x')), .rsv = 4});
  frame.resize(100);
  EXPECT_LT(cost_of(decoder, frame).bytes, 1024U);
}

// A mebibyte that inflates to a thousand: refused at the limit, in memory of the limit's order.
TEST(FrameMemory, W5_AZipBombIsRefusedInBoundedMemory) {
  const Limits limits{.message_bytes_max = 1'000'000};
  // What a message ends with is left out when it is sent: put back, ten of them are one stream of 1 GB.
  std::string zeros;
  zeros.resize(100'000'000);
  const std::string part = testing::compress(zeros, 9) + std::string("\0\0\xFF\xFF", 4);
  std::string message;
  for (int i = 0; i < 10; ++i) message += part;
  ASSERT_LT(message.size(), 1'048'576U);
  const std::string frame = encode(Frame{.opcode = Opcode::binary, .payload = message, .rsv = 4});

  for (const bool takeover : {false, true}) {
    DeflateEngine engine({.enabled = true});
    Decoder decoder(limits, std::make_unique<Deflate>(engine, DeflateTerms{.client_takeover = takeover}));
    std::string bytes = frame;
    std::span<char> input(bytes);
    const Allocations before = allocations();
    const Event event = decoder.next(input);
    EXPECT_EQ(event.kind, EventKind::error);
    EXPECT_EQ(event.code, CloseCode::too_big);
    EXPECT_LT(allocations().bytes - before.bytes, 4U * limits.message_bytes_max);  // all that was ever allocated
  }
}

}  // namespace
}  // namespace sio::ws
