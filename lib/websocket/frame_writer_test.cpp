#include <gtest/gtest.h>

#include "sio/websocket/frame.hpp"
#include "test_frames.hpp"

namespace sio::ws {
namespace {

// Servers do not mask, and write the shortest form of the length.
TEST(FrameWriter, WritesEveryLengthFormUnmasked) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 70000U}) {
    for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
      std::string written = "before";
      append_frame(written, opcode, std::string(size, 'x'));
      EXPECT_EQ(written, "before" + testing::encode({testing::Frame{
                                        .opcode = opcode, .payload = std::string(size, 'x'), .masked = false}}));
    }
  }
}

TEST(FrameWriter, WritesCloseFramesWithCodeAndReason) {
  std::string none;
  append_close(none, CloseCode::none, "not sent");
  EXPECT_EQ(none, std::string("\x88\x00", 2));
  std::string going;
  append_close(going, CloseCode::going_away, "bye");
  EXPECT_EQ(going,
            "\x88\x05\x03\xE9"
            "bye");
}

// A reason cut within a code point would make our own close frame invalid.
TEST(FrameWriter, CutsReasonsBetweenCodePoints) {
  std::string exact;
  append_close(exact, CloseCode::normal, std::string(123, 'r'));
  EXPECT_EQ(exact.size(), 2U + 125U);
  std::string cut;
  append_close(cut, CloseCode::normal, std::string(122, 'r') + "\xE2\x82\xAC");
  EXPECT_EQ(cut.substr(4), std::string(122, 'r'));
  std::string longer;
  append_close(longer, CloseCode::normal, std::string(300, 'r'));
  EXPECT_EQ(longer.substr(4), std::string(123, 'r'));
}

TEST(FrameWriterDeathTest, ControlFramesOver125BytesAreOurMistake) {
  std::string out;
  append_frame(out, Opcode::ping, std::string(125, 'x'));
  EXPECT_DEATH(append_frame(out, Opcode::ping, std::string(126, 'x')), "CHECK");
}

}  // namespace
}  // namespace sio::ws
