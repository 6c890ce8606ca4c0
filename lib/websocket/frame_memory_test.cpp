// What the decoder allocates. The claim of the design is that an idle connection owns nothing and that a peer cannot
// make us take memory by announcing lengths.
#include <gtest/gtest.h>

#include "counting_new.hpp"
#include "sio/websocket/frame.hpp"
#include "test_frames.hpp"

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

TEST(FrameMemory, ADecoderIsSmall) { EXPECT_LE(sizeof(Decoder), 24U); }

}  // namespace
}  // namespace sio::ws
