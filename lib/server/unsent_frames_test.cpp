#include "unsent_frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sio/websocket/frame.hpp"

namespace sio {
namespace {

std::string frames(std::initializer_list<std::size_t> sizes) {
  std::string bytes;
  for (const std::size_t size : sizes) ws::append_frame(bytes, ws::Opcode::text, std::string(size, 'x'));
  return bytes;
}

void check_messages(const std::vector<std::size_t>& sizes, std::size_t piece) {
  std::string all;
  std::vector<std::size_t> ends;
  for (const std::size_t size : sizes) ends.push_back((all += frames({size})).size());
  UnsentFrames unsent;
  unsent.hold(all, 0);
  for (std::size_t out = 0; out < all.size(); out += piece) {
    const auto waiting = std::count_if(ends.begin(), ends.end(), [out](std::size_t end) { return end > out; });
    ASSERT_EQ(unsent.messages(), static_cast<std::size_t>(waiting)) << out;
    ASSERT_EQ(unsent.bytes(), std::string_view(all).substr(out));
    unsent.take(std::min(piece, all.size() - out));
  }
  EXPECT_TRUE(unsent.empty());
  EXPECT_EQ(unsent.messages(), 0U);
}

// Whatever the kernel takes at a time, and however long heads are: a message waits until its last byte is out.
TEST(UnsentFrames, R3_MessagesWaitUntilTheirLastByteIsOut) {
  for (const std::size_t piece : {1UL, 2UL, 7UL, 131UL}) check_messages({5, 0, 125, 126, 300, 1}, piece);
  for (const std::size_t piece : {1'009UL, 70'000UL}) check_messages({65'535, 1, 65'536, 0, 2}, piece);
}

TEST(UnsentFrames, ControlFramesAreNoMessages) {
  std::string bytes;
  ws::append_frame(bytes, ws::Opcode::pong, "p");
  ws::append_frame(bytes, ws::Opcode::binary, "b");
  UnsentFrames unsent;
  unsent.hold(bytes, 1);
  EXPECT_EQ(unsent.messages(), 1U);
  ws::append_close(bytes = {}, ws::CloseCode::none);
  unsent.append(bytes);
  EXPECT_EQ(unsent.messages(), 1U);
}

// A peer that is told its end gets the rest of what it has a part of, and nothing else of what it did not read.
TEST(UnsentFrames, OnlyAFrameThatHasBegunIsKept) {
  const std::string all = frames({10, 10, 10});  // 12 bytes each
  for (const auto& [taken, kept] : {std::pair{0, 0}, {1, 11}, {11, 1}, {12, 0}, {13, 11}, {35, 1}}) {
    UnsentFrames unsent;
    unsent.hold(all, static_cast<std::size_t>(taken));
    unsent.keep_begun_frame();
    EXPECT_EQ(unsent.size(), static_cast<std::size_t>(kept)) << taken;
    EXPECT_EQ(unsent.messages(), kept == 0 ? 0U : 1U);
    std::string close;
    ws::append_close(close, ws::CloseCode::none);
    unsent.append(close);
    unsent.take(unsent.size());
    EXPECT_TRUE(unsent.empty());
  }
}

}  // namespace
}  // namespace sio
