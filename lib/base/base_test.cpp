#include <gtest/gtest.h>

#include <memory>

#include <string>

#include "sio/base/shared_bytes.hpp"
#include "sio/base/task.hpp"
#include "sio/base/utf8.hpp"

namespace sio {
namespace {

// W2: text with any of these must be refused, whole or split at any byte.
TEST(Utf8, RefusesOverlongSurrogatesAndTooLarge) {
  for (const std::string bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                                "\x80", "a\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
    Utf8Validator piecewise;
    bool ok = true;
    for (const char c : bad) ok = ok && piecewise.feed(std::string_view(&c, 1));
    EXPECT_FALSE(ok && piecewise.complete()) << testing::PrintToString(bad);
  }
}

TEST(Utf8, TakesEveryLengthAndCountsCodePoints) {
  const std::string text = "abcdefghij\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\x9F\xBF";
  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(count_code_points(text), 14U);
  Utf8Validator piecewise;
  for (const char c : text) EXPECT_TRUE(piecewise.feed(std::string_view(&c, 1)));
  EXPECT_TRUE(piecewise.complete());
}

// A hopeless text is refused at its first impossible byte, not at its end.
TEST(Utf8, FailsFast) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed("\xF4"));
  EXPECT_FALSE(validator.feed("\x90"));
}

TEST(SharedBytes, CopiesShareOneBlock) {
  SharedBytes one("hello");
  SharedBytes two = one;
  EXPECT_EQ(one.view().data(), two.view().data());
  one = SharedBytes{};
  EXPECT_EQ(two.view(), "hello");
  EXPECT_TRUE(one.empty());
}

TEST(Task, CarriesMoveOnlyState) {
  auto state = std::make_unique<int>(1);
  int seen = 0;
  Task task([state = std::move(state), &seen] { seen = *state; });
  Task moved = std::move(task);
  EXPECT_FALSE(task);  // NOLINT(bugprone-use-after-move)
  moved();
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace sio
