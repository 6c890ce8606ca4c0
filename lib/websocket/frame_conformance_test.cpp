// W1, W2: the list that WebSocket implementations are commonly judged by (the Autobahn list's areas 1–7, 9 and 10: the
// 301 cases that need no compression), by its numbers, as data for the decoder. What a server answers is seen from the
// events: text and binary are echoed, a ping is answered, error is a close frame with that code. Each case runs in one
// piece, byte by byte, and in pieces of odd sizes, so that cases of the list that differ in that alone are equal here.
// tests/conformance/autobahn.test.mjs has the same cases over TCP.
#include <gtest/gtest.h>

#include <set>

#include "sio/websocket/frame.hpp"
#include "test_frames.hpp"
#include "test_utf8.hpp"

namespace sio::ws {
namespace {

using testing::decode;
using testing::decode_in_pieces;
using testing::encode;
using testing::Frame;
using testing::Seen;

const Limits kNoLimits{.message_bytes_max = 16'777'216, .fragments_max = 1'000'000};

class FrameConformance {
 public:
  // Cases added from now on are numbered `prefix`1, `prefix`2 and so on.
  void group(const std::string& prefix) {
    prefix_ = prefix;
    number_ = 0;
  }
  void add(const std::vector<Frame>& frames, const std::vector<Seen>& expected, int times = 1) {
    for (int i = 0; i < times; ++i) {
      const std::string id = prefix_ + std::to_string(++number_);
      EXPECT_TRUE(ids_.insert(id).second) << id;
      run(id, encode(frames), expected);
    }
  }
  std::size_t size() const { return ids_.size(); }

 private:
  static void run(const std::string& id, const std::string& bytes, const std::vector<Seen>& expected) {
    EXPECT_EQ(decode(bytes, kNoLimits), expected) << id;
    EXPECT_EQ(decode_in_pieces(bytes, kNoLimits, 997), expected) << id << " in pieces of 997";
    if (bytes.size() <= 70'000) {
      EXPECT_EQ(decode_in_pieces(bytes, kNoLimits, 1), expected) << id << " byte by byte";
      EXPECT_EQ(decode_in_pieces(bytes, kNoLimits, 5), expected) << id << " in pieces of 5";
    }
  }

  std::string prefix_;
  int number_ = 0;
  std::set<std::string> ids_;
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
Frame ping_frame(std::string payload) { return {.opcode = Opcode::ping, .payload = std::move(payload)}; }
Frame pong_frame(std::string payload) { return {.opcode = Opcode::pong, .payload = std::move(payload)}; }
Frame close_frame(unsigned code, const std::string& reason = {}) {
  return {.opcode = Opcode::close,
          .payload = std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} + reason};
}

std::string filled(Opcode opcode, std::size_t size) { return std::string(size, opcode == Opcode::text ? '*' : '\xFE'); }

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

constexpr std::size_t kKiB = 1024;
constexpr Opcode kDataOpcodes[] = {Opcode::text, Opcode::binary};

TEST(FrameConformanceList, Area1_MessagesOfEverySize) {
  FrameConformance list;
  for (const Opcode opcode : kDataOpcodes) {
    list.group(opcode == Opcode::text ? "1.1." : "1.2.");
    for (const std::size_t size : {0U, 125U, 126U, 127U, 128U, 65535U, 65536U, 65536U}) {
      list.add({{.opcode = opcode, .payload = filled(opcode, size)}}, {message(opcode, filled(opcode, size))});
    }
  }
  EXPECT_EQ(list.size(), 16U);
}

TEST(FrameConformanceList, Area2_PingsAndPongs) {
  FrameConformance list;
  list.group("2.");
  const std::string bytes("\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF", 8);
  const std::string longest(125, '\xFE');
  for (const std::string& payload : {std::string(), std::string("Hello, world!"), bytes, longest}) {
    list.add({ping_frame(payload)}, {ping(payload)});
  }
  list.add({ping_frame(std::string(126, '\xFE'))}, {error(1002)});
  list.add({ping_frame(longest)}, {ping(longest)});
  list.add({pong_frame("")}, {pong("")});
  list.add({pong_frame("unasked")}, {pong("unasked")});
  list.add({pong_frame("unasked"), ping_frame("asked")}, {pong("unasked"), ping("asked")});
  std::vector<Frame> ten;
  std::vector<Seen> answers;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(ping_frame("payload-" + std::to_string(i)));
    answers.push_back(ping("payload-" + std::to_string(i)));
  }
  list.add(ten, answers, 2);
  EXPECT_EQ(list.size(), 11U);
}

TEST(FrameConformanceList, Area3_ReservedBits) {
  FrameConformance list;
  list.group("3.");
  list.add({{.payload = "x", .rsv = 1}}, {error(1002)});
  for (const unsigned rsv : {2U, 3U, 4U}) {
    list.add({{.payload = "before"}, {.payload = "x", .rsv = rsv}, ping_frame("")}, {text("before"), error(1002)});
  }
  list.add({{.opcode = Opcode::binary, .payload = "x", .rsv = 5}}, {error(1002)});
  list.add({{.opcode = Opcode::ping, .payload = "x", .rsv = 6}}, {error(1002)});
  list.add({{.opcode = Opcode::close, .payload = "\x03\xE8", .rsv = 7}}, {error(1002)});
  EXPECT_EQ(list.size(), 7U);
}

TEST(FrameConformanceList, Area4_ReservedOpcodes) {
  FrameConformance list;
  for (const unsigned first : {3U, 11U}) {
    list.group(first == 3 ? "4.1." : "4.2.");
    for (unsigned i = 0; i < 5; ++i) {
      const Frame reserved{.opcode = static_cast<Opcode>(first + i), .payload = i % 2 == 0 ? "" : "payload"};
      if (i < 2) {
        list.add({reserved}, {error(1002)});
      } else {
        list.add({{.payload = "before"}, reserved, ping_frame("")}, {text("before"), error(1002)});
      }
    }
  }
  EXPECT_EQ(list.size(), 10U);
}

TEST(FrameConformanceList, Area5_Fragmentation) {
  FrameConformance list;
  list.group("5.");
  const Frame start{.payload = "fragment1", .fin = false};
  const std::vector<Seen> refused = {error(1002)};
  list.add({{.opcode = Opcode::ping, .payload = "a", .fin = false}, rest("b")}, refused);
  list.add({{.opcode = Opcode::pong, .payload = "a", .fin = false}, rest("b")}, refused);
  list.add({start, rest("fragment2")}, {text("fragment1fragment2")}, 3);
  list.add({start, ping_frame("ping"), rest("fragment2")}, {ping("ping"), text("fragment1fragment2")}, 3);
  list.add({rest("a"), {.payload = "b"}}, refused, 3);
  list.add({rest("a", false), {.payload = "b"}}, refused, 3);
  list.add({start, rest("2"), rest("3", false), {.payload = "4"}}, {text("fragment12"), error(1002)});
  for (const bool fin : {false, true}) {
    const std::vector<Frame> once = {rest("1", fin), start, rest("3")};
    list.add({once[0], once[1], once[2], once[0], once[1], once[2]}, refused);
  }
  list.add({start, {.payload = "x"}}, refused);
  list.add({start, rest("2", false), ping_frame("1!"), rest("3", false), rest("4", false), ping_frame("2!"), rest("5")},
           {ping("1!"), ping("2!"), text("fragment12345")}, 2);
  EXPECT_EQ(list.size(), 20U);
}

TEST(FrameConformanceList, Area6_Utf8) {
  FrameConformance list;
  const std::string umlauts = "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xC3\xA4\xC3\xBC\xC3\xA0\xC3\xA1-UTF-8!!";
  const std::string kosme(testing::kKosme);
  list.group("6.1.");
  list.add({{.payload = ""}}, {text("")});
  list.add({{.fin = false}, rest("", false), rest("")}, {text("")});
  list.add({{.fin = false}, rest("middle", false), rest("")}, {text("middle")});
  list.group("6.2.");
  list.add({{.payload = umlauts}}, {text(umlauts)});
  list.add({{.payload = umlauts.substr(0, 14), .fin = false}, rest(umlauts.substr(14))}, {text(umlauts)});
  list.add(fragments(Opcode::text, umlauts, 1), {text(umlauts)});
  list.add(fragments(Opcode::text, kosme, 1), {text(kosme)});
  const std::string bad = kosme + "\xED\xA0\x80" + "edited";
  list.group("6.3.");
  list.add({{.payload = bad}}, {error(1007)});
  list.add(fragments(Opcode::text, bad, 1), {error(1007)});
  list.group("6.4.");  // the message has no end: what was there is enough to refuse it
  list.add({{.payload = kosme, .fin = false}, rest("\xF4\x90\x80\x80", false)}, {error(1007)});
  list.add({{.payload = kosme + "\xF4", .fin = false}, rest("\x90", false)}, {error(1007)});
  list.add({{.payload = kosme + "\xF4\x90\x80\x80" + "edited"}}, {error(1007)}, 2);
  int number = 5;
  for (const testing::Utf8Group& group : testing::utf8_groups()) {
    list.group("6." + std::to_string(number++) + ".");
    for (const auto& [valid, bytes] : group) list.add({{.payload = bytes}}, {valid ? text(bytes) : error(1007)});
  }
  EXPECT_EQ(list.size(), 145U);
}

// Beyond the list: its sequences within other text, over frames, and where they do no harm.
TEST(FrameConformance, W2_EverySequenceOfTheListAlsoWithinTextOverFramesInReasonsAndInBinary) {
  for (const testing::Utf8Group& group : testing::utf8_groups()) {
    for (const auto& [valid, bytes] : group) {
      const std::string long_text = std::string(13, 'a') + bytes + std::string(9, 'z');
      const std::vector<Seen> expected = {valid ? text(long_text) : error(1007)};
      EXPECT_EQ(decode(encode(Frame{.payload = long_text}), kNoLimits), expected);
      EXPECT_EQ(decode(encode(fragments(Opcode::text, long_text, 1)), kNoLimits), expected);
      EXPECT_EQ(
          decode(encode(close_frame(1000, bytes)), kNoLimits),
          (std::vector<Seen>{valid ? Seen{EventKind::close, 1000, bytes} : error(bytes.size() > 123 ? 1002U : 1007U)}));
      EXPECT_EQ(decode(encode(Frame{.opcode = Opcode::binary, .payload = bytes}), kNoLimits),
                std::vector<Seen>{message(Opcode::binary, bytes)});
    }
  }
}

TEST(FrameConformanceList, Area7_Close) {
  FrameConformance list;
  const auto closed = [](unsigned code, std::string reason = {}) {
    return Seen{EventKind::close, code, std::move(reason)};
  };
  list.group("7.1.");
  list.add({{.payload = "last"}, close_frame(1000)}, {text("last"), closed(1000)});
  list.add({close_frame(1000), close_frame(1000)}, {closed(1000)});
  list.add({close_frame(1000), ping_frame("")}, {closed(1000)});
  list.add({close_frame(1000), {.payload = "late"}}, {closed(1000)});
  list.add({{.payload = "a", .fin = false}, close_frame(1000), rest("b")}, {closed(1000)});
  const std::string big(256 * kKiB, 'B');
  list.add({{.payload = big}, {.payload = "last"}, close_frame(1000), ping_frame("")},
           {text(big), text("last"), closed(1000)});
  list.group("7.3.");
  list.add({{.opcode = Opcode::close}}, {closed(0)});
  list.add({{.opcode = Opcode::close, .payload = "a"}}, {error(1002)});
  list.add({close_frame(1000)}, {closed(1000)});
  list.add({close_frame(1000, "Hello World!")}, {closed(1000, "Hello World!")});
  list.add({close_frame(1000, std::string(123, '*'))}, {closed(1000, std::string(123, '*'))});
  list.add({close_frame(1000, std::string(124, '*'))}, {error(1002)});
  list.group("7.5.");
  list.add({close_frame(1000, std::string(testing::kKosme) + "\xED\xA0\x80" + "edited")}, {error(1007)});
  list.group("7.7.");
  for (const unsigned code :
       {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 3999U, 4000U, 4999U}) {
    list.add({close_frame(code)}, {closed(code)});
  }
  list.group("7.9.");
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1016U, 1100U, 2000U, 2999U}) {
    list.add({close_frame(code)}, {error(1002)});
  }
  list.group("7.13.");
  for (const unsigned code : {5000U, 65535U}) list.add({close_frame(code)}, {error(1002)});
  EXPECT_EQ(list.size(), 37U);
}

TEST(FrameConformanceList, Area9_LargeAndManyMessages) {
  FrameConformance list;
  for (const Opcode opcode : kDataOpcodes) {
    const bool is_text = opcode == Opcode::text;
    list.group(is_text ? "9.1." : "9.2.");
    for (const std::size_t size : {64U, 256U, 1024U, 4096U, 8192U, 16384U}) {
      list.add({{.opcode = opcode, .payload = filled(opcode, size * kKiB)}},
               {message(opcode, filled(opcode, size * kKiB))});
    }
    list.group(is_text ? "9.3." : "9.4.");
    const std::string four_mebibytes = filled(opcode, 4096 * kKiB);
    for (std::size_t size = 64; size <= four_mebibytes.size(); size *= 4) {
      list.add(fragments(opcode, four_mebibytes, size), {message(opcode, four_mebibytes)});
    }
    list.group(is_text ? "9.5." : "9.6.");  // differ in how the list's client cuts its writes
    list.add({{.opcode = opcode, .payload = filled(opcode, 1024 * kKiB)}},
             {message(opcode, filled(opcode, 1024 * kKiB))}, 6);
    list.group(is_text ? "9.7." : "9.8.");
    for (const std::size_t size : {0U, 16U, 64U, 256U, 1024U, 4096U}) {
      list.add(std::vector<Frame>(1000, {.opcode = opcode, .payload = filled(opcode, size)}),
               std::vector<Seen>(1000, message(opcode, filled(opcode, size))));
    }
  }
  EXPECT_EQ(list.size(), 54U);
}

TEST(FrameConformanceList, Area10_FragmentsOf1300Bytes) {
  FrameConformance list;
  list.group("10.1.");
  const std::string payload(65536, '*');
  list.add(fragments(Opcode::text, payload, 1300), {text(payload)});
  EXPECT_EQ(list.size(), 1U);
}

}  // namespace
}  // namespace sio::ws
