// The time limits of a body, under virtual time.
#include "sio/http/pace.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sio::http {
namespace {

constexpr TimePoint kHead{Milliseconds(1'000'000)};

// A body that comes at `bytes_per_second`, in pieces of `piece` bytes: when it is given up, after the head; nothing if
// `size` bytes are there before.
Milliseconds given_up_after(std::size_t bytes_per_second, std::size_t piece, std::size_t size) {
  const BodyPace pace;
  std::size_t received = 0;
  TimePoint deadline = body_deadline(pace, kHead, 0);
  for (std::size_t pieces = 1;; ++pieces) {
    const TimePoint next = kHead + Milliseconds(static_cast<std::int64_t>(pieces * piece * 1'000 / bytes_per_second));
    // As a connection does it: looked at again only when it is due.
    while (deadline <= next) {
      const TimePoint again = body_deadline(pace, kHead, received);
      if (again <= deadline) return std::chrono::duration_cast<Milliseconds>(deadline - kHead);
      deadline = again;
    }
    received += piece;
    if (received >= size) return Milliseconds(0);
  }
}

// A peer that sends one byte a second would hold its connection for as long as it likes.
TEST(BodyPace, H6_SilentAndVerySlowBodiesEndAfterTheGrace) {
  EXPECT_EQ(body_deadline({}, kHead, 0), kHead + Milliseconds(5'000));
  EXPECT_EQ(given_up_after(1, 1, 10'000), Milliseconds(5'004));  // five bytes pay for 4.9 ms
  EXPECT_EQ(given_up_after(100, 1, 10'000), Milliseconds(5'540));
}

TEST(BodyPace, H6_OneKibibyteASecondIsFastEnough) {
  EXPECT_EQ(given_up_after(1'024, 1, 29 * 1'024), Milliseconds(0));
  EXPECT_EQ(given_up_after(1'024, 1'024, 29 * 1'024), Milliseconds(0));
  EXPECT_LT(given_up_after(800, 1, 29 * 1'024), Milliseconds(30'000));
  EXPECT_GT(given_up_after(800, 1, 29 * 1'024), Milliseconds(5'000));
}

TEST(BodyPace, H6_NoBodyTakesOver30Seconds) {
  EXPECT_EQ(given_up_after(1'100, 1, 10'000'000), Milliseconds(30'000));
  EXPECT_EQ(given_up_after(1'000'000, 1'000, 1'000'000'000), Milliseconds(30'000));
}

TEST(BodyPace, H6_MoreBytesNeverMeanLessTime) {
  TimePoint before = body_deadline({}, kHead, 0);
  for (std::size_t received = 1; received < 100'000; ++received) {
    const TimePoint now = body_deadline({}, kHead, received);
    ASSERT_GE(now, before) << received;
    before = now;
  }
  EXPECT_EQ(body_deadline({}, kHead, std::numeric_limits<std::size_t>::max()), kHead + Milliseconds(30'000));
}

TEST(BodyPace, WithoutALowerBoundOnlyTheWholeCounts) {
  const BodyPace pace{.whole = Milliseconds(30'000), .grace = Milliseconds(5'000), .bytes_per_second_min = 0};
  EXPECT_EQ(body_deadline(pace, kHead, 0), kHead + Milliseconds(30'000));
}

}  // namespace
}  // namespace sio::http
