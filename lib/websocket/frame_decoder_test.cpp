// The rules of the frame decoder one by one. The long list of conformance cases is in frame_conformance_test.cpp.
#include <gtest/gtest.h>

#include "sio/websocket/frame.hpp"
#include "test_frames.hpp"

namespace sio::ws {
namespace {

using testing::decode;
using testing::decode_in_pieces;
using testing::encode;
using testing::Frame;
using testing::Seen;

constexpr unsigned kProtocolError = 1002;
constexpr unsigned kInvalidPayload = 1007;
constexpr unsigned kPolicyViolation = 1008;
constexpr unsigned kTooBig = 1009;

Seen text(std::string payload) { return {EventKind::text, 0, std::move(payload)}; }
Seen binary(std::string payload) { return {EventKind::binary, 0, std::move(payload)}; }
Seen ping(std::string payload) { return {EventKind::ping, 0, std::move(payload)}; }
Seen error(unsigned code) { return {EventKind::error, code, {}}; }

// However the network cuts the bytes, the same events come out.
void expect_at_every_split(std::string_view bytes, const std::vector<Seen>& expected, const Limits& limits = {}) {
  EXPECT_EQ(decode(bytes, limits), expected) << "in one piece";
  EXPECT_EQ(decode_in_pieces(bytes, limits, 1), expected) << "byte by byte";
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    Decoder decoder(limits);
    std::vector<Seen> seen;
    testing::feed(decoder, bytes.substr(0, at), seen);
    testing::feed(decoder, bytes.substr(at), seen);
    ASSERT_EQ(seen, expected) << "split at " << at;
  }
}

TEST(FrameDecoder, TakesAMessageWithoutCopyingIt) {
  const Limits limits;
  Decoder decoder(limits);
  std::string bytes = encode(Frame{.payload = "Hello"});
  std::span<char> input(bytes);
  const Event event = decoder.next(input);
  EXPECT_EQ(event.kind, EventKind::text);
  EXPECT_EQ(event.payload, "Hello");
  EXPECT_EQ(event.payload.data(), bytes.data() + 6);
  EXPECT_TRUE(input.empty());
  EXPECT_FALSE(decoder.mid_message());
}

TEST(FrameDecoder, TakesSeveralFramesOfOnePiece) {
  expect_at_every_split(
      encode({Frame{.payload = "one"}, Frame{.opcode = Opcode::ping, .payload = "p"},
              Frame{.opcode = Opcode::binary, .payload = std::string(200, '\xFF')}, Frame{.opcode = Opcode::pong}}),
      {text("one"), ping("p"), binary(std::string(200, '\xFF')), {EventKind::pong, 0, ""}});
}

TEST(FrameDecoder, JoinsFragmentsAndLetsControlFramesInBetween) {
  expect_at_every_split(encode({Frame{.payload = "frag", .fin = false}, Frame{.opcode = Opcode::ping, .payload = "in"},
                                Frame{.opcode = Opcode::continuation, .payload = "", .fin = false},
                                Frame{.opcode = Opcode::continuation, .payload = "ment"}, Frame{.payload = "next"}}),
                        {ping("in"), text("fragment"), text("next")});
}

// Who watches over slow messages must know that one has begun, and memory must go when it ends.
TEST(FrameDecoder, SaysWhetherAMessageHasBegun) {
  const Limits limits;
  Decoder decoder(limits);
  std::vector<Seen> seen;
  testing::feed(decoder, encode(Frame{.payload = "a", .fin = false}), seen);
  EXPECT_TRUE(decoder.mid_message());
  testing::feed(decoder, encode(Frame{.opcode = Opcode::ping, .payload = "a"}), seen);
  EXPECT_TRUE(decoder.mid_message());
  testing::feed(decoder, encode(Frame{.opcode = Opcode::continuation, .payload = "b"}), seen);
  EXPECT_FALSE(decoder.mid_message());
  testing::feed(decoder, "\x81", seen);
  EXPECT_TRUE(decoder.mid_message());
  EXPECT_EQ(seen, (std::vector<Seen>{ping("a"), text("ab")}));
}

TEST(FrameDecoder, W1_RefusesEveryReservedBit) {
  for (unsigned rsv = 1; rsv < 8; ++rsv) {
    for (const Opcode opcode : {Opcode::text, Opcode::binary, Opcode::ping, Opcode::close}) {
      expect_at_every_split(encode(Frame{.opcode = opcode, .rsv = rsv}), {error(kProtocolError)});
    }
  }
}

TEST(FrameDecoder, W1_RefusesEveryReservedOpcode) {
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    const bool defined = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    if (defined) continue;
    for (const bool fin : {false, true}) {
      expect_at_every_split(encode(Frame{.opcode = static_cast<Opcode>(opcode), .fin = fin}), {error(kProtocolError)});
    }
  }
}

TEST(FrameDecoder, W1_RefusesUnmaskedFrames) {
  expect_at_every_split(encode(Frame{.payload = "Hello", .masked = false}), {error(kProtocolError)});
  expect_at_every_split(encode({Frame{.payload = "a"}, Frame{.opcode = Opcode::ping, .masked = false}}),
                        {text("a"), error(kProtocolError)});
}

TEST(FrameDecoder, W1_RefusesFragmentedAndLongControlFrames) {
  for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close}) {
    expect_at_every_split(encode(Frame{.opcode = opcode, .fin = false}), {error(kProtocolError)});
    expect_at_every_split(encode(Frame{.opcode = opcode, .payload = std::string(126, 'x')}), {error(kProtocolError)});
    expect_at_every_split(encode(Frame{.opcode = opcode, .payload = "abc", .length_bytes = 8}),
                          {error(kProtocolError)});
  }
  expect_at_every_split(encode(Frame{.opcode = Opcode::ping, .payload = std::string(125, 'x')}),
                        {ping(std::string(125, 'x'))});
}

TEST(FrameDecoder, W1_RefusesFragmentsOutOfOrder) {
  expect_at_every_split(encode(Frame{.opcode = Opcode::continuation, .payload = "x"}), {error(kProtocolError)});
  expect_at_every_split(encode(Frame{.opcode = Opcode::continuation, .fin = false}), {error(kProtocolError)});
  for (const bool fin : {false, true}) {
    expect_at_every_split(encode({Frame{.payload = "x", .fin = false}, Frame{.payload = "y", .fin = fin}}),
                          {error(kProtocolError)});
  }
  expect_at_every_split(encode({Frame{.payload = "x"}, Frame{.opcode = Opcode::continuation, .payload = "y"}}),
                        {text("x"), error(kProtocolError)});
}

TEST(FrameDecoder, W1_RefusesLengthsWithTopBitOrInLongerFormThanNeeded) {
  const std::string top_bit("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x01", 10);
  expect_at_every_split(top_bit, {error(kProtocolError)});
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{125}}) {
    expect_at_every_split(encode(Frame{.payload = std::string(size, 'x'), .length_bytes = 2}), {error(kProtocolError)});
  }
  EXPECT_EQ(decode(encode(Frame{.payload = std::string(65535, 'x'), .length_bytes = 8}), Limits{}),
            (std::vector<Seen>{error(kProtocolError)}));
}

// A peer that is wrong is told so with the first byte that shows it, not when its frame is complete.
TEST(FrameDecoder, W1_JudgesAHeadByteByByte) {
  const Limits limits;
  for (const std::string_view first_bytes :
       {std::string_view("\xC1"), std::string_view("\x83"), std::string_view("\x09"), std::string_view("\x80"),
        std::string_view("\x81\x05"), std::string_view("\x89\xFE"), std::string_view("\x82\xFF\x80")}) {
    Decoder decoder(limits);
    std::vector<Seen> seen;
    testing::feed(decoder, first_bytes, seen);
    EXPECT_EQ(seen, (std::vector<Seen>{error(kProtocolError)})) << ::testing::PrintToString(first_bytes);
  }
}

TEST(FrameDecoder, W1_ChecksEveryCloseCode) {
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    const bool valid =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
    const std::string status = {static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    const auto seen = decode(encode(Frame{.opcode = Opcode::close, .payload = status}), Limits{});
    const Seen expected = valid ? Seen{EventKind::close, code, ""} : error(kProtocolError);
    ASSERT_EQ(seen, std::vector<Seen>{expected}) << code;
  }
}

TEST(FrameDecoder, W1_TakesCloseFramesWithReasonOrWithoutStatus) {
  expect_at_every_split(encode(Frame{.opcode = Opcode::close}), {{EventKind::close, 0, ""}});
  expect_at_every_split(encode(Frame{.opcode = Opcode::close, .payload = "\x03"}), {error(kProtocolError)});
  const std::string reason(123, 'r');
  expect_at_every_split(encode(Frame{.opcode = Opcode::close, .payload = "\x03\xE8" + reason}),
                        {{EventKind::close, 1000, reason}});
  // Within a fragmented message too.
  expect_at_every_split(encode({Frame{.payload = "x", .fin = false}, Frame{.opcode = Opcode::close}}),
                        {{EventKind::close, 0, ""}});
}

TEST(FrameDecoder, NothingComesAfterCloseOrError) {
  expect_at_every_split(encode({Frame{.opcode = Opcode::close, .payload = "\x03\xE8"}, Frame{.payload = "late"}}),
                        {{EventKind::close, 1000, ""}});
  expect_at_every_split(encode({Frame{.rsv = 4}, Frame{.payload = "late"}}), {error(kProtocolError)});
}

TEST(FrameDecoder, W2_RefusesTextThatIsNotUtf8WhereverItIsSplit) {
  for (const std::string bad :
       {"abc\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "ok\xE2\x82", "\x80", "12345678\xC3(12345678"}) {
    expect_at_every_split(encode(Frame{.payload = bad}), {error(kInvalidPayload)});
    for (std::size_t at = 0; at <= bad.size(); ++at) {
      expect_at_every_split(encode({Frame{.payload = bad.substr(0, at), .fin = false},
                                    Frame{.opcode = Opcode::continuation, .payload = bad.substr(at)}}),
                            {error(kInvalidPayload)});
    }
    expect_at_every_split(encode(Frame{.opcode = Opcode::binary, .payload = bad}), {binary(bad)});
  }
}

TEST(FrameDecoder, W2_TakesSequencesSplitBetweenFragments) {
  const std::string good = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  for (std::size_t at = 0; at <= good.size(); ++at) {
    expect_at_every_split(
        encode({Frame{.payload = good.substr(0, at), .fin = false}, Frame{.opcode = Opcode::ping, .payload = "\xFF"},
                Frame{.opcode = Opcode::continuation, .payload = good.substr(at)}}),
        {ping("\xFF"), text(good)});
  }
}

// "At once": the frame that holds the bad byte is far from complete.
TEST(FrameDecoder, W2_RefusesABadByteBeforeItsFrameIsComplete) {
  const Limits limits;
  for (const Opcode opcode : {Opcode::text, Opcode::close}) {
    Decoder decoder(limits);
    std::vector<Seen> seen;
    const std::string start = opcode == Opcode::close ? "\x03\xE8" : "ab";
    const std::string frame = encode(Frame{.opcode = opcode, .payload = start + "\xFF" + std::string(100, 'x')});
    testing::feed(decoder, std::string_view(frame).substr(0, 6 + 2), seen);
    EXPECT_TRUE(seen.empty());
    testing::feed(decoder, std::string_view(frame).substr(6 + 2, 1), seen);
    EXPECT_EQ(seen, std::vector<Seen>{error(kInvalidPayload)});
  }
}

TEST(FrameDecoder, W2_RefusesReasonsThatAreNotUtf8) {
  expect_at_every_split(encode(Frame{.opcode = Opcode::close, .payload = "\x03\xE8 \xED\xA0\x80"}),
                        {error(kInvalidPayload)});
  expect_at_every_split(encode(Frame{.opcode = Opcode::close, .payload = "\x03\xE8 \xE2\x82"}),
                        {error(kInvalidPayload)});
}

TEST(FrameDecoder, W3_TakesExactlyTheLimitAndRefusesOneByteMore) {
  const Limits limits{.message_bytes_max = 300, .fragments_max = 256};
  expect_at_every_split(encode(Frame{.payload = std::string(300, 'x')}), {text(std::string(300, 'x'))}, limits);
  expect_at_every_split(encode(Frame{.payload = std::string(301, 'x')}), {error(kTooBig)}, limits);
  // Over all fragments.
  const Frame first{.payload = std::string(200, 'x'), .fin = false};
  expect_at_every_split(
      encode({first, Frame{.opcode = Opcode::continuation, .payload = std::string(100, 'x')}, Frame{.payload = "a"}}),
      {text(std::string(300, 'x')), text("a")}, limits);
  expect_at_every_split(encode({first, Frame{.opcode = Opcode::continuation, .payload = std::string(101, 'x')}}),
                        {error(kTooBig)}, limits);
}

TEST(FrameDecoder, W3_RefusesByTheDeclaredLengthAlone) {
  const Limits limits;
  for (const std::string_view head : {std::string_view("\x82\xFF\x00\x00\x00\x00\x00\x0F\x42\x41", 10),
                                      std::string_view("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10)}) {
    EXPECT_EQ(decode(head, limits), std::vector<Seen>{error(kTooBig)});
  }
  // Sums that would wrap around.
  const std::string wrapping = encode(Frame{.opcode = Opcode::binary, .payload = "1234", .fin = false}) +
                               std::string("\x80\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10);
  EXPECT_EQ(decode(wrapping, limits), std::vector<Seen>{error(kTooBig)});
}

TEST(FrameDecoder, W4_RefusesTheFrameAfterTheLastOneAllowed) {
  const Limits limits;
  std::vector<Frame> frames(limits.fragments_max, Frame{.opcode = Opcode::continuation, .fin = false});
  frames.front().opcode = Opcode::text;
  EXPECT_EQ(decode(encode(frames), limits), std::vector<Seen>{});
  frames.push_back(Frame{.opcode = Opcode::continuation});
  EXPECT_EQ(decode(encode(frames), limits), std::vector<Seen>{error(kPolicyViolation)});
  EXPECT_EQ(decode_in_pieces(encode(frames), limits, 1), std::vector<Seen>{error(kPolicyViolation)});

  frames.pop_back();
  frames.back().fin = true;  // 256 frames are a message; pings between them do not count
  frames.insert(frames.begin() + 5, Frame{.opcode = Opcode::ping});
  EXPECT_EQ(decode(encode(frames), limits), (std::vector<Seen>{ping(""), text("")}));
}

TEST(FrameDecoder, MovesWithItsHalfMessage) {
  const Limits limits;
  Decoder decoder(limits);
  std::vector<Seen> seen;
  const std::string bytes = encode(Frame{.payload = "moved"});
  testing::feed(decoder, bytes.substr(0, 8), seen);
  Decoder other = std::move(decoder);
  testing::feed(other, bytes.substr(8), seen);
  EXPECT_EQ(seen, std::vector<Seen>{text("moved")});
}

}  // namespace
}  // namespace sio::ws
