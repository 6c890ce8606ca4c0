// W1, W2: the list that WebSocket implementations are commonly judged by (the Autobahn list's areas 1–7, 9 and 10, that
// is all that need no compression), as data for the decoder. What a server answers is seen from the events: text and
// binary are echoed, a ping is answered, error is a close frame with that code. Each case runs in one piece, byte by
// byte, and in pieces of odd sizes.
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

struct Case {
  std::string name;
  std::string bytes;
  std::vector<Seen> expected;
  Limits limits{.message_bytes_max = 16'777'216, .fragments_max = 1'000'000};
};

class FrameConformance {
 public:
  void add(std::string name, const std::vector<Frame>& frames, std::vector<Seen> expected) {
    cases_.push_back({std::move(name), encode(frames), std::move(expected)});
  }
  std::size_t run() const {
    for (const Case& c : cases_) {
      EXPECT_EQ(decode(c.bytes, c.limits), c.expected) << c.name;
      EXPECT_EQ(decode_in_pieces(c.bytes, c.limits, 997), c.expected) << c.name << " in pieces of 997";
      if (c.bytes.size() <= 70'000) {
        EXPECT_EQ(decode_in_pieces(c.bytes, c.limits, 1), c.expected) << c.name << " byte by byte";
        EXPECT_EQ(decode_in_pieces(c.bytes, c.limits, 5), c.expected) << c.name << " in pieces of 5";
      }
    }
    return cases_.size();
  }

 private:
  std::vector<Case> cases_;
};

Seen message(Opcode opcode, std::string payload) {
  return {opcode == Opcode::text ? EventKind::text : EventKind::binary, 0, std::move(payload)};
}
Seen text(std::string payload) { return message(Opcode::text, std::move(payload)); }
Seen ping(std::string payload) { return {EventKind::ping, 0, std::move(payload)}; }
Seen pong(std::string payload) { return {EventKind::pong, 0, std::move(payload)}; }
Seen error(unsigned code) { return {EventKind::error, code, {}}; }

Frame rest(std::string payload, bool fin = true) {
  return {.opcode = Opcode::continuation, .payload = std::move(payload), .fin = fin};
}

// Cuts a message into frames of `size` bytes.
std::vector<Frame> fragments(Opcode opcode, const std::string& payload, std::size_t size) {
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    frames.push_back({.opcode = at == 0 ? opcode : Opcode::continuation,
                      .payload = payload.substr(at, size),
                      .fin = at + size >= payload.size()});
  }
  return frames;
}

TEST(FrameConformanceList, Area1_MessagesOfEverySize) {
  FrameConformance list;
  for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
    for (const std::size_t size : {0U, 125U, 126U, 127U, 128U, 65535U, 65536U}) {
      const std::string payload(size, opcode == Opcode::text ? '*' : '\xFE');
      list.add("size " + std::to_string(size), {{.opcode = opcode, .payload = payload}}, {message(opcode, payload)});
    }
  }
  EXPECT_EQ(list.run(), 14U);
}

TEST(FrameConformanceList, Area2_PingsAndPongs) {
  FrameConformance list;
  const std::string bytes("\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF", 8);
  const std::string longest(125, '\xFE');
  const auto ping_frame = [](std::string payload) {
    return Frame{.opcode = Opcode::ping, .payload = std::move(payload)};
  };
  const auto pong_frame = [](std::string payload) {
    return Frame{.opcode = Opcode::pong, .payload = std::move(payload)};
  };
  list.add("empty", {ping_frame("")}, {ping("")});
  list.add("text", {ping_frame("Hello, world!")}, {ping("Hello, world!")});
  list.add("bytes", {ping_frame(bytes)}, {ping(bytes)});
  list.add("longest", {ping_frame(longest)}, {ping(longest)});
  list.add("too long", {ping_frame(std::string(126, 'x'))}, {error(1002)});
  list.add("unasked pong", {pong_frame("")}, {pong("")});
  list.add("unasked pong with payload", {pong_frame("unasked")}, {pong("unasked")});
  list.add("pong, then ping", {pong_frame("unasked"), ping_frame("asked")}, {pong("unasked"), ping("asked")});
  std::vector<Frame> ten;
  std::vector<Seen> answers;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(ping_frame("payload-" + std::to_string(i)));
    answers.push_back(ping("payload-" + std::to_string(i)));
  }
  list.add("ten", ten, answers);
  EXPECT_EQ(list.run(), 9U);
}

TEST(FrameConformanceList, Area3_ReservedBits) {
  FrameConformance list;
  for (unsigned rsv = 1; rsv < 8; ++rsv) {
    for (const Opcode opcode : {Opcode::text, Opcode::binary, Opcode::ping, Opcode::close}) {
      list.add("rsv " + std::to_string(rsv),
               {{.payload = "before"}, {.opcode = opcode, .payload = "x", .rsv = rsv}, {.opcode = Opcode::ping}},
               {text("before"), error(1002)});
    }
  }
  EXPECT_EQ(list.run(), 28U);
}

TEST(FrameConformanceList, Area4_ReservedOpcodes) {
  FrameConformance list;
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    for (const std::string payload : {"", "payload"}) {
      list.add("opcode " + std::to_string(opcode),
               {{.payload = "before"},
                {.opcode = static_cast<Opcode>(opcode), .payload = payload},
                {.opcode = Opcode::ping}},
               {text("before"), error(1002)});
    }
  }
  EXPECT_EQ(list.run(), 20U);
}

TEST(FrameConformanceList, Area5_Fragmentation) {
  FrameConformance list;
  const Frame start{.payload = "fragment1", .fin = false};
  const Frame ping_between{.opcode = Opcode::ping, .payload = "ping"};
  list.add("fragmented ping", {{.opcode = Opcode::ping, .payload = "a", .fin = false}, rest("b")}, {error(1002)});
  list.add("fragmented pong", {{.opcode = Opcode::pong, .payload = "a", .fin = false}, rest("b")}, {error(1002)});
  list.add("two", {start, rest("fragment2")}, {text("fragment1fragment2")});
  list.add("ping between", {start, ping_between, rest("fragment2")}, {ping("ping"), text("fragment1fragment2")});
  list.add("nothing to continue", {rest("a"), {.payload = "b"}}, {error(1002)});
  list.add("nothing to continue, unfinished", {rest("a", false), {.payload = "b"}}, {error(1002)});
  list.add("continued after its end", {start, rest("2"), rest("3", false), {.payload = "x"}},
           {text("fragment12"), error(1002)});
  list.add("new text within", {start, {.payload = "x"}}, {error(1002)});
  list.add("new binary within", {start, {.opcode = Opcode::binary, .payload = "x", .fin = false}}, {error(1002)});
  list.add("five with pings",
           {start, rest("2", false), ping_between, rest("3", false), rest("4", false), ping_between, rest("5")},
           {ping("ping"), ping("ping"), text("fragment12345")});
  list.add("continuation twice", {rest("x", false), start, rest("y")}, {error(1002)});
  EXPECT_EQ(list.run(), 11U);
}

const std::vector<std::string>& valid_utf8() {
  static const std::vector<std::string> kTexts = {
      "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!!",
      "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",
      std::string(1, '\0'),
      "\xC2\x80",
      "\xE0\xA0\x80",
      "\xF0\x90\x80\x80",
      "\x7F",
      "\xDF\xBF",
      "\xEF\xBF\xBF",
      "\xF4\x8F\xBF\xBF",
      "\xED\x9F\xBF",
      "\xEE\x80\x80",
      "\xEF\xBF\xBD",
      "\xEF\xBF\xBE",
      "\xF0\x9F\xBF\xBE",
      "\xF3\xBF\xBF\xBF",
  };
  return kTexts;
}

const std::vector<std::string>& invalid_utf8() {
  static const std::vector<std::string> kTexts = {
      "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80\x65\x64ited",
      "\xF8\x88\x80\x80\x80",
      "\xFC\x84\x80\x80\x80\x80",
      "\xF7\xBF\xBF\xBF",
      "\xFB\xBF\xBF\xBF\xBF",
      "\xFD\xBF\xBF\xBF\xBF\xBF",
      "\xF4\x90\x80\x80",
      "\x80",
      "\xBF",
      "\x80\xBF\x80\xBF\x80",
      "\xC0 ",
      "\xDF ",
      "\xE0 ",
      "\xEF ",
      "\xF0 ",
      "\xF7 ",
      "\xC3",
      "\xE0\x80",
      "\xE2\x82",
      "\xF0\x80\x80",
      "\xF0\x9F\x98",
      "\xFE",
      "\xFF",
      "\xC0\xAF",
      "\xE0\x80\xAF",
      "\xF0\x80\x80\xAF",
      "\xC1\xBF",
      "\xE0\x9F\xBF",
      "\xF0\x8F\xBF\xBF",
      "\xC0\x80",
      "\xED\xA0\x80",
      "\xED\xAF\xBF",
      "\xED\xB0\x80",
      "\xED\xBF\xBF",
      "\xED\xA0\x80\xED\xB0\x80",
  };
  return kTexts;
}

TEST(FrameConformanceList, Area6_Utf8) {
  FrameConformance list;
  list.add("empty fragments", {{.fin = false}, rest("", false), rest("")}, {text("")});
  list.add("empty around", {{.fin = false}, rest("middle", false), rest("")}, {text("middle")});
  for (const std::string& good : valid_utf8()) {
    const std::string long_text = std::string(13, 'a') + good + std::string(9, 'z');
    list.add("good", {{.payload = good}}, {text(good)});
    list.add("good within ASCII", {{.payload = long_text}}, {text(long_text)});
    list.add("good, a byte a frame", fragments(Opcode::text, long_text, 1), {text(long_text)});
  }
  for (const std::string& bad : invalid_utf8()) {
    const std::string long_text = std::string(13, 'a') + bad + std::string(9, 'z');
    list.add("bad", {{.payload = bad}}, {error(1007)});
    list.add("bad within ASCII", {{.payload = long_text}}, {error(1007)});
    list.add("bad, a byte a frame", fragments(Opcode::text, long_text, 1), {error(1007)});
    list.add("bad in binary", {{.opcode = Opcode::binary, .payload = bad}}, {message(Opcode::binary, bad)});
  }
  EXPECT_EQ(list.run(), 2 + 3 * valid_utf8().size() + 4 * invalid_utf8().size());
}

TEST(FrameConformanceList, Area7_Close) {
  FrameConformance list;
  const auto close = [](unsigned code, const std::string& reason) {
    return Frame{.opcode = Opcode::close,
                 .payload = std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} + reason};
  };
  const auto closed = [](unsigned code, std::string reason = {}) {
    return Seen{EventKind::close, code, std::move(reason)};
  };
  list.add("message first", {{.payload = "last"}, close(1000, "")}, {text("last"), closed(1000)});
  list.add("twice", {close(1000, ""), close(1000, "")}, {closed(1000)});
  list.add("then ping", {close(1000, ""), {.opcode = Opcode::ping}}, {closed(1000)});
  list.add("then text", {close(1000, ""), {.payload = "late"}}, {closed(1000)});
  list.add("within a message", {{.payload = "a", .fin = false}, close(1000, ""), rest("b")}, {closed(1000)});
  list.add("after 256 KiB", {{.payload = std::string(262'144, 'B')}, close(1000, "")},
           {text(std::string(262'144, 'B')), closed(1000)});
  list.add("empty", {{.opcode = Opcode::close}}, {closed(0)});
  list.add("one byte", {{.opcode = Opcode::close, .payload = "a"}}, {error(1002)});
  list.add("reason", {close(1000, "Hello World!")}, {closed(1000, "Hello World!")});
  list.add("longest reason", {close(1000, std::string(123, '*'))}, {closed(1000, std::string(123, '*'))});
  list.add("too long reason", {close(1000, std::string(124, '*'))}, {error(1002)});
  for (const std::string& good : valid_utf8()) list.add("good reason", {close(1000, good)}, {closed(1000, good)});
  for (const std::string& bad : invalid_utf8()) list.add("bad reason", {close(1000, bad)}, {error(1007)});
  for (const unsigned code :
       {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 3999U, 4000U, 4999U}) {
    list.add("valid code", {close(code, "")}, {closed(code)});
  }
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
    for (const std::string reason : {"", "reason"}) list.add("invalid code", {close(code, reason)}, {error(1002)});
  }
  EXPECT_EQ(list.run(), 11 + valid_utf8().size() + invalid_utf8().size() + 13 + 24);
}

TEST(FrameConformanceList, Area9_LargeMessages) {
  constexpr std::size_t kKiB = 1024;
  FrameConformance list;
  for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
    for (const std::size_t size : {64 * kKiB, 256 * kKiB, 1024 * kKiB, 4096 * kKiB, 16384 * kKiB}) {
      const std::string payload(size, opcode == Opcode::text ? '*' : '\xFE');
      list.add(std::to_string(size), {{.opcode = opcode, .payload = payload}}, {message(opcode, payload)});
    }
    const std::string payload(1024 * kKiB, opcode == Opcode::text ? '*' : '\xFE');
    for (std::size_t size = 64; size <= payload.size(); size *= 4) {
      list.add("fragments of " + std::to_string(size), fragments(opcode, payload, size), {message(opcode, payload)});
    }
  }
  EXPECT_EQ(list.run(), 2 * (5 + 8));
}

TEST(FrameConformanceList, Area10_FragmentsOfAThousandBytes) {
  FrameConformance list;
  const std::string payload(65536, '*');
  list.add("1300 bytes a frame", fragments(Opcode::text, payload, 1300), {text(payload)});
  EXPECT_EQ(list.run(), 1U);
}

}  // namespace
}  // namespace sio::ws
