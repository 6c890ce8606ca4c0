// Messages through permessage-deflate: what is taken, what is refused with which code, what is written. W5.
#include <gtest/gtest.h>

#include <random>

#include "sio/base/utf8.hpp"
#include "test_deflate.hpp"

namespace sio::ws {
namespace {

using testing::compress;
using testing::decode_deflate;
using testing::encode;
using testing::Frame;
using testing::kCompressed;
using testing::Seen;

constexpr DeflateTerms kNoTakeover{};
constexpr DeflateTerms kTakeover{.server_takeover = true, .client_takeover = true};
constexpr Limits kLimits{};

Seen text(std::string payload) { return {EventKind::text, 0, std::move(payload)}; }
Seen error(unsigned code) { return {EventKind::error, code, {}}; }

Frame compressed_frame(std::string payload, Opcode opcode = Opcode::text, bool fin = true) {
  return {.opcode = opcode, .payload = std::move(payload), .fin = fin, .rsv = kCompressed};
}
Frame rest(std::string payload, bool fin = true) {
  return {.opcode = Opcode::continuation, .payload = std::move(payload), .fin = fin};
}

std::string random_bytes(std::size_t size) {
  std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same bytes each time
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() >> 8U);
  return bytes;
}

struct DeflateMessages : ::testing::Test {
  std::vector<Seen> seen(std::string_view bytes, const DeflateTerms& terms = kNoTakeover,
                         const Limits& limits = kLimits) {
    const std::vector<Seen> whole =
        decode_deflate(engine, terms, bytes, limits, std::max<std::size_t>(bytes.size(), 1));
    for (const std::size_t piece_bytes : {1U, 3U, 50U}) {
      EXPECT_EQ(decode_deflate(engine, terms, bytes, limits, piece_bytes), whole) << "in pieces of " << piece_bytes;
    }
    return whole;
  }

  DeflateEngine engine{{.enabled = true, .compress_bytes_min = 1}};
};

TEST_F(DeflateMessages, TakesTheExamplesOfTheStandard) {
  const std::string hello = compress("Hello");
  EXPECT_EQ(hello, std::string("\xF2\x48\xCD\xC9\xC9\x07\x00", 7));  // RFC 7692 7.2.3.1
  EXPECT_EQ(seen(encode(compressed_frame(hello))), std::vector<Seen>{text("Hello")});
  EXPECT_EQ(seen(encode({compressed_frame(hello.substr(0, 3), Opcode::text, false), rest(hello.substr(3))})),
            std::vector<Seen>{text("Hello")});
  // 7.2.3.2: the second one refers to the first.
  const std::string again("\xF2\x00\x11\x00\x00", 5);
  EXPECT_EQ(seen(encode({compressed_frame(hello), compressed_frame(again)}), kTakeover),
            (std::vector<Seen>{text("Hello"), text("Hello")}));
  // 7.2.3.3: a block that is not compressed.
  const std::string stored("\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00", 11);
  EXPECT_EQ(seen(encode(compressed_frame(stored))), std::vector<Seen>{text("Hello")});
  // 7.2.3.4: a final block, and the byte that then ends the message.
  const std::string final_block("\xF3\x48\xCD\xC9\xC9\x07\x00\x00", 8);
  EXPECT_EQ(seen(encode(compressed_frame(final_block))), std::vector<Seen>{text("Hello")});
  // 7.2.3.5: two blocks.
  const std::string two_blocks("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00", 13);
  EXPECT_EQ(seen(encode(compressed_frame(two_blocks))), std::vector<Seen>{text("Hello")});
  // 7.2.3.6: an empty message.
  EXPECT_EQ(seen(encode(compressed_frame(std::string(1, '\0')))), std::vector<Seen>{text("")});
}

TEST_F(DeflateMessages, TakesBlocksAfterAFinalOneThatReferToIt) {
  const std::string hello("\xF3\x48\xCD\xC9\xC9\x07\x00", 7);
  const std::string again("\xF2\x00\x11\x00\x00", 5);  // five bytes, from five bytes before
  EXPECT_EQ(seen(encode(compressed_frame(hello + again))), std::vector<Seen>{text("HelloHello")});
  // A sender that ends with the final block itself is understood too, also by the message after it.
  EXPECT_EQ(seen(encode({compressed_frame(hello), compressed_frame(again)}), kTakeover),
            (std::vector<Seen>{text("Hello"), text("Hello")}));
}

TEST_F(DeflateMessages, TakesPlainMessagesAndControlFramesBetween) {
  const std::string hello = compress("Hello");
  EXPECT_EQ(
      seen(encode({Frame{.payload = "plain"}, compressed_frame(hello.substr(0, 2), Opcode::text, false),
                   Frame{.opcode = Opcode::ping, .payload = "ping"}, rest("", false), rest(hello.substr(2)),
                   Frame{.opcode = Opcode::binary, .payload = "\xFF"}})),
      (std::vector<Seen>{text("plain"), {EventKind::ping, 0, "ping"}, text("Hello"), {EventKind::binary, 0, "\xFF"}}));
}

// With a window kept, a message may be a reference to the one before; without, that is nowhere.
TEST_F(DeflateMessages, NoWindowIsLeftWithoutTakeover) {
  const std::string again("\xF2\x00\x11\x00\x00", 5);
  EXPECT_EQ(seen(encode({compressed_frame(compress("Hello")), compressed_frame(again)})),
            (std::vector<Seen>{text("Hello"), error(1007)}));
}

// Connections share zlib's state: one must never see what another has sent.
TEST_F(DeflateMessages, NothingOfAnotherConnectionIsSeen) {
  Decoder first(kLimits, std::make_unique<Deflate>(engine, kNoTakeover));
  Decoder second(kLimits, std::make_unique<Deflate>(engine, kNoTakeover));
  std::vector<Seen> events;
  testing::feed(first, encode(compressed_frame(compress("Hello"))), events);
  testing::feed(second, encode(compressed_frame(std::string("\xF2\x00\x11\x00\x00", 5))), events);
  EXPECT_EQ(events, (std::vector<Seen>{text("Hello"), error(1007)}));
}

TEST_F(DeflateMessages, W1_RsvBitsOfNothingAgreedOnAreRefused) {
  const std::string hello = compress("Hello");
  for (const unsigned rsv : {1U, 2U, 3U, 5U, 6U, 7U}) {
    EXPECT_EQ(seen(encode(Frame{.payload = hello, .rsv = rsv})), std::vector<Seen>{error(1002)}) << rsv;
  }
  for (const Opcode opcode : {Opcode::ping, Opcode::pong, Opcode::close, Opcode::continuation}) {
    EXPECT_EQ(seen(encode(compressed_frame("", opcode))), std::vector<Seen>{error(1002)});
  }
  Frame marked = rest(hello.substr(3));
  marked.rsv = kCompressed;
  EXPECT_EQ(seen(encode({compressed_frame(hello.substr(0, 3), Opcode::text, false), marked})),
            std::vector<Seen>{error(1002)});
  EXPECT_EQ(seen(encode({Frame{.payload = "plain", .fin = false}, marked})), std::vector<Seen>{error(1002)});
}

TEST_F(DeflateMessages, W2_InflatedTextMustBeUtf8) {
  for (const std::string_view bad : {"ok\xFF", "\xED\xA0\x80", "cut \xE2\x82"}) {
    EXPECT_EQ(seen(encode(compressed_frame(compress(bad)))), std::vector<Seen>{error(1007)});
    EXPECT_EQ(seen(encode(compressed_frame(compress(bad), Opcode::binary))),
              (std::vector<Seen>{{EventKind::binary, 0, std::string(bad)}}));
  }
  std::string euros;
  for (int i = 0; i < 20'000; ++i) euros += "\xE2\x82\xAC";  // sequences across every piece that zlib gives
  EXPECT_EQ(decode_deflate(engine, kNoTakeover, encode(compressed_frame(compress(euros))), kLimits, 100'000),
            std::vector<Seen>{text(euros)});
}

TEST_F(DeflateMessages, W2_WhatIsNoDeflateStreamIsInvalid) {
  const std::string good = compress("a message, not too short");
  for (const std::string& bad :
       {std::string("\x07"), std::string("\xFF\xFF"), std::string("\x00\x05\x00\x00\x00Hello", 10),
        good.substr(0, good.size() - 3), good.substr(0, 4), good + "\x06", std::string("\x03\x00\x07", 3)}) {
    EXPECT_EQ(seen(encode(compressed_frame(bad))), std::vector<Seen>{error(1007)}) << ::testing::PrintToString(bad);
    EXPECT_EQ(seen(encode(compressed_frame(bad)), kTakeover), std::vector<Seen>{error(1007)});
  }
}

TEST_F(DeflateMessages, W5_TheLimitCountsInflatedBytes) {
  const Limits limits{.message_bytes_max = 50'000};
  for (const DeflateTerms& terms : {kNoTakeover, kTakeover}) {
    const std::string exactly(50'000, 'x');
    EXPECT_EQ(seen(encode(compressed_frame(compress(exactly))), terms, limits), std::vector<Seen>{text(exactly)});
    EXPECT_EQ(seen(encode(compressed_frame(compress(exactly + "x"))), terms, limits), std::vector<Seen>{error(1009)});
  }
  // What cannot be compressed passes at the limit too, though its frame is longer.
  const std::string noise = random_bytes(50'000);
  const std::string frame = encode(compressed_frame(compress(noise), Opcode::binary));
  EXPECT_GT(frame.size(), 50'000U);
  EXPECT_EQ(decode_deflate(engine, kNoTakeover, frame, limits, frame.size()),
            (std::vector<Seen>{{EventKind::binary, 0, noise}}));
}

TEST_F(DeflateMessages, W3_CompressedBytesAreBoundedByTheirDeclaredLength) {
  const Limits limits{.message_bytes_max = 1'000};
  const std::size_t most = compressed_bytes_max(1'000);
  const std::string head = encode(compressed_frame(std::string(most + 1, '\0'))).substr(0, 8);
  EXPECT_EQ(seen(head, kNoTakeover, limits), std::vector<Seen>{error(1009)});
  EXPECT_EQ(seen(encode(compressed_frame(std::string(most, '\0'))).substr(0, 8), kNoTakeover, limits),
            std::vector<Seen>{});
  const std::string first = encode(compressed_frame(std::string(most, '\0'), Opcode::text, false));
  EXPECT_EQ(seen(first + encode(rest("x")), kNoTakeover, limits), std::vector<Seen>{error(1009)});
}

TEST_F(DeflateMessages, W4_CompressedFragmentsAreCountedAsAllOthers) {
  const std::string hello = compress("Hello");
  std::vector<Frame> frames{compressed_frame(hello, Opcode::text, false)};
  frames.resize(256, rest("", false));
  std::vector<Frame> too_many = frames;
  too_many.push_back(rest(""));
  EXPECT_EQ(seen(encode(too_many)), std::vector<Seen>{error(1008)});
  frames.back().fin = true;
  EXPECT_EQ(seen(encode(frames)), std::vector<Seen>{text("Hello")});
}

// ---- what the server sends

// The events of a client that reads `frames`: its extension is the server's with the sides changed.
std::vector<Seen> read_by_client(DeflateEngine& engine, DeflateTerms terms, const std::vector<std::string>& frames) {
  std::swap(terms.server_takeover, terms.client_takeover);
  std::swap(terms.server_window_bits, terms.client_window_bits);
  Decoder client(kLimits, std::make_unique<Deflate>(engine, terms));
  std::vector<Seen> events;
  for (const std::string& frame : frames) {
    const auto length = static_cast<unsigned char>(frame[1]);
    const std::size_t head = length < 126 ? 2 : (length == 126 ? 4 : 10);
    std::string masked = frame.substr(0, head);
    masked[1] = static_cast<char>(length | 0x80U);
    testing::feed(client, masked + std::string(4, '\0') + frame.substr(head), events);
  }
  return events;
}

std::string written(Deflate& deflate, const SharedBytes& message, Opcode opcode = Opcode::text) {
  std::string frame;
  deflate.append_message(frame, opcode, message);
  return frame;
}

TEST(DeflateWriting, ShortMessagesAndWhatDoesNotShrinkAreSentAsTheyAre) {
  DeflateEngine engine({.enabled = true, .compress_bytes_min = 100});
  for (const DeflateTerms& terms : {kNoTakeover, kTakeover}) {
    Deflate deflate(engine, terms);
    std::string plain;
    append_frame(plain, Opcode::text, std::string(99, 'x'));
    EXPECT_EQ(written(deflate, SharedBytes(std::string(99, 'x'))), plain);
    const std::string noise = random_bytes(5'000);
    plain.clear();
    append_frame(plain, Opcode::binary, noise);
    EXPECT_EQ(written(deflate, SharedBytes(noise), Opcode::binary), plain);
    EXPECT_LT(written(deflate, SharedBytes(std::string(100, 'x'))).size(), 30U);
  }
}

TEST(DeflateWriting, AClientReadsWhatIsWrittenUnderAllTerms) {
  DeflateEngine engine({.enabled = true, .compress_bytes_min = 1});
  for (std::uint8_t bits = 9; bits <= 15; ++bits) {
    for (const bool takeover : {false, true}) {
      const DeflateTerms terms{.server_takeover = takeover, .server_window_bits = bits};
      Deflate deflate(engine, terms);
      std::vector<std::string> frames;
      std::vector<Seen> expected;
      for (int i = 0; i < 20; ++i) {
        // Every third cannot be compressed: with takeover the client's window must not miss it.
        std::string message = i % 3 == 2 ? random_bytes(300) : std::to_string(i);
        for (int j = 0; i % 3 != 2 && j < 200; ++j) message += R"({"id":)" + std::to_string(i * j) + "}";
        frames.push_back(written(deflate, SharedBytes(message), Opcode::binary));
        expected.push_back({EventKind::binary, 0, message});
      }
      EXPECT_EQ(read_by_client(engine, terms, frames), expected) << int{bits} << takeover;
    }
  }
}

TEST(DeflateWriting, TakeoverMakesTheSecondOfTwoLikeMessagesMuchShorter) {
  DeflateEngine engine({.enabled = true, .compress_bytes_min = 1});
  Deflate deflate(engine, kTakeover);
  const SharedBytes message(random_bytes(200) + std::string(200, 'x'));
  const std::string first = written(deflate, message);
  const std::string second = written(deflate, message);
  EXPECT_GT(first.size(), 200U);
  EXPECT_LT(second.size(), 30U);
}

// R4: one message to many sockets is compressed once, not once for each.
TEST(DeflateWriting, R4_AMessageToManyIsCompressedOnce) {
  DeflateEngine engine({.enabled = true});
  Deflate one(engine, kNoTakeover);
  Deflate other(engine, kNoTakeover);
  const SharedBytes message(std::string(2'000, 'x'));
  EXPECT_FALSE(engine.take_forget_duty());
  const std::string alone = written(one, message);
  EXPECT_EQ(engine.shared_messages(), 0U);  // nobody else has it: nothing to keep

  const std::vector<SharedBytes> outboxes(2, message);
  EXPECT_EQ(written(one, outboxes[0]), alone);
  EXPECT_EQ(engine.shared_messages(), 1U);
  EXPECT_EQ(written(other, outboxes[1]), alone);
  EXPECT_EQ(engine.shared_messages(), 1U);
  EXPECT_TRUE(engine.take_forget_duty());
  EXPECT_FALSE(engine.take_forget_duty());

  Deflate smaller(engine, {.server_window_bits = 9});  // another form of the same bytes
  EXPECT_EQ(read_by_client(engine, {.server_window_bits = 9}, {written(smaller, message)}),
            std::vector<Seen>{text(std::string(2'000, 'x'))});
  EXPECT_EQ(engine.shared_messages(), 2U);
  engine.forget_shared();
  EXPECT_EQ(engine.shared_messages(), 0U);
}

TEST(DeflateWriting, WhatIsKeptForOtherReceiversIsBounded) {
  DeflateEngine engine({.enabled = true});
  Deflate deflate(engine, kNoTakeover);
  std::vector<SharedBytes> messages;
  for (std::size_t i = 0; i < DeflateEngine::kSharedMessagesMax + 10; ++i) {
    messages.emplace_back(std::string(2'000, static_cast<char>('0' + i)));
    const SharedBytes other = messages.back();
    written(deflate, other);
  }
  EXPECT_EQ(engine.shared_messages(), DeflateEngine::kSharedMessagesMax);
  engine.forget_shared();
  std::string half_noise = random_bytes(600'000) + std::string(1'000'000, 'x');
  const SharedBytes big(half_noise);
  const SharedBytes second(half_noise + "x");
  const SharedBytes others[] = {big, second};
  written(deflate, big);
  written(deflate, second);
  EXPECT_EQ(engine.shared_messages(), 1U);  // the two would be over kSharedBytesMax
}

TEST(DeflateWritingDeathTest, OptionsOutOfTheirBoundsAreOurMistake) {
  EXPECT_DEATH(DeflateEngine({.level = 0}), "CHECK");
  EXPECT_DEATH(DeflateEngine({.level = 10}), "CHECK");
  EXPECT_DEATH(DeflateEngine({.window_bits = 8}), "CHECK");
  EXPECT_DEATH(DeflateEngine({.window_bits = 16}), "CHECK");
}

}  // namespace
}  // namespace sio::ws
