#include "sio/json/walker.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "sio/json/scanner.hpp"

namespace sio::json {
namespace {

// The steps as text: brackets as written (`)` for any end), keys with a colon.
std::string steps(std::string_view text) {
  EXPECT_EQ(scan(text), Error::none) << text;
  std::string all;
  Walker walker(text);
  for (;;) {
    switch (walker.next()) {
      case Walker::Step::begin_object:
        all += '{';
        break;
      case Walker::Step::begin_array:
        all += '[';
        break;
      case Walker::Step::end:
        all += ')';
        break;
      case Walker::Step::key:
        all += walker.key_is("k") ? "k:" : "other:";
        break;
      case Walker::Step::scalar:
        all.append(walker.value().text()).append(" ");
        break;
      case Walker::Step::done:
        return all;
    }
  }
}

TEST(Walker, TellsEverythingInOrder) {
  EXPECT_EQ(steps("7"), "7 ");
  EXPECT_EQ(steps(" \"a:,{[\\\"\" "), "\"a:,{[\\\"\" ");
  EXPECT_EQ(steps("[]"), "[)");
  EXPECT_EQ(steps("{ }"), "{)");
  EXPECT_EQ(steps("[1,[true,{}],-2e5]"), "[1 [true {))-2e5 )");
  EXPECT_EQ(steps(" { \"k\" : [ null , { \"\\u006b\" : \"k\" } ] , \"K\" :\n0 } "), "{k:[null {k:\"k\" ))other:0 )");
  EXPECT_EQ(steps(R"({"k":"k","":{"a":{}}})"), R"({k:"k" other:{other:{))))");
}

TEST(Walker, StaysAtTheEnd) {
  Walker walker("[]");
  walker.next();
  walker.next();
  EXPECT_EQ(walker.next(), Walker::Step::done);
  EXPECT_EQ(walker.next(), Walker::Step::done);
}

TEST(Walker, W7_LooksAtEachByteOnceHoweverDeepItIs) {
  const std::string text = std::string(500'000, '[') + std::string(500'000, ']');
  const std::clock_t begin = std::clock();
  std::size_t count = 0;
  for (Walker walker(text); walker.next() != Walker::Step::done;) ++count;
  EXPECT_EQ(count, text.size());
  EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace sio::json
