// The grammar, limit by limit. What the views read is tested in value_test.cpp.
#include "sio/json/scanner.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

namespace sio::json {
namespace {

using std::string_literals::operator""s;

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(Scanner, TakesEveryFormOfTheGrammar) {
  // clang-format off
  for (const std::string& text : {
      // literals, white space, structure
      "null"s, "true"s, "false"s, " \t\r\n null \t\r\n"s, "[]"s, "{}"s, "[ ]"s, "{ }"s, "[[],{}]"s, "[1,2 , 3]"s,
      R"({"a":1,"b":[true,false,null],"c":{"d":""}})"s, R"( { "a" : 1 , "" : 2 } )"s, "[[[[]]]]"s,
      // numbers
      "0"s, "-0"s, "7"s, "-7"s, "10"s, "0.5"s, "-0.5"s, "1.25e2"s, "1E5"s, "1e+5"s, "1e-5"s, "0e0"s, "0e999999999999"s,
      "-0e-9999999999999999999999"s, "12345678901234567890123456789"s, "1e-999"s, "1e308"s, "0.1e309"s, "[0,-0,0.0]"s,
      "1.7976931348623157e308"s, "4.9e-324"s, std::string(308, '9'), std::string(309, '0').replace(0, 1, "1"),
      "1" + std::string(400, '0') + "e-400", "0." + std::string(400, '0') + "1e400", "0." + std::string(1000, '9'),
      // strings
      R"("")"s, R"("a")"s, R"("\"\\\/\b\f\n\r\t")"s, R"("\u0000\u001E\u00e9\uABCD\uffff")"s, R"("\ud83d\ude00")"s,
      R"("\uD800\uDC00\uDBFF\uDFFF")"s, "\"\x7F\""s, "\"\u00e9\u20ac\U0001F600\""s, "\"\xED\x9F\xBF\xEE\x80\x80\""s,
      "\"\xF4\x8F\xBF\xBF\""s, R"("/\u005c\u0022")"s, R"("[{]},:")"s,
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::none) << testing::PrintToString(text);
  }
}

TEST(Scanner, S1_RefusesEverythingElseAsSyntax) {
  // clang-format off
  for (const std::string& text : {
      // nothing, rubbish, text after the value
      ""s, " "s, "\0"s, "null\0"s, "nul"s, "nulll"s, "Null"s, "TRUE"s, "tru e"s, "undefined"s, "NaN"s, "Infinity"s,
      "-Infinity"s, "abc"s, "null null"s, "1 2"s, "[]]"s, "{}}"s, "[] x"s, "{}[]"s, "\xEF\xBB\xBFnull"s, "/**/1"s,
      "1//"s, "'a'"s, "\v1"s, "\f1"s, "\xC2\xA0" "1"s,
      // brackets
      "["s, "{"s, "]"s, "}"s, "[}"s, "{]"s, "[[]"s, "[1"s, "[1,"s, "[1,]"s, "[,1]"s, "[,]"s, "[1,,2]"s, "[1 2]"s,
      "[1:2]"s, "[1;2]"s, "[1]]"s, "[{]}"s, R"({"a":[}])"s,
      // members
      "{,}"s, "{1:2}"s, "{a:1}"s, "{'a':1}"s, R"({"a"})"s, R"({"a":})"s, R"({"a" 1})"s, R"({"a":1,})"s,
      R"({"a":1 "b":2})"s, R"({"a":1,,"b":2})"s, R"({"a":1,2})"s, R"({"a"::1})"s, R"({"a":1)"s, R"({"a")"s,
      R"({"a":)"s, R"({"a":1,)"s, R"({"a","b"})"s, R"({:1})"s, R"({null:1})"s, R"({[]:1})"s,
      // numbers
      "+1"s, "-"s, "--1"s, "01"s, "-01"s, "00"s, "0123"s, ".5"s, "-.5"s, "1."s, "1.e5"s, "1e"s, "1e+"s, "1e-"s, "1E"s,
      "1e1.5"s, "1e5e5"s, "1.2.3"s, "0x10"s, "1_000"s, "1,000"s, "1a"s, "0e"s, "-a"s, "1 .5"s, "- 1"s, "\xD9\xA1"s,
      "\xEF\xBC\x91"s,
      // strings
      "\""s, "\"a"s, "a\""s, R"("\")"s, R"("\a")"s, R"("\v")"s, R"("\'")"s, R"("\0")"s, R"("\x41")"s, R"("\U0041")"s,
      R"("\u")"s, R"("\u0")"s, R"("\u00")"s, R"("\u004")"s, R"("\u004g")"s, R"("\u+041")"s, R"("\u 041")"s,
      "\"\\u0041"s, "\"\\"s, "\"\\u004"s, R"("\ud83d\u")"s, R"("\ud83d\ude0")"s, R"("\ud83d\ude0x")"s, "\"\\ud83d"s,
      R"("\ud83d\x")"s, R"("a"b")"s, "\"\n\""s, "\"\t\""s, "\"\0\""s, "\"\x1E\""s, "\"\x1F\""s,
      "\"abcdefg\x01hijklmnop\""s, "\"\\\n\""s,
      // UTF-8
      "\"\x80\""s, "\"\xBF\""s, "\"\xC0\xAF\""s, "\"\xC1\xBF\""s, "\"\xC3\""s, "\"\xC3(\""s, "\"\xE2\x82\""s,
      "\"\xE0\x80\xAF\""s, "\"\xE0\x9F\xBF\""s, "\"\xED\xA0\x80\""s, "\"\xED\xBF\xBF\""s, "\"\xF0\x80\x80\x80\""s,
      "\"\xF0\x8F\xBF\xBF\""s, "\"\xF4\x90\x80\x80\""s, "\"\xF5\x80\x80\x80\""s, "\"\xFF\""s, "\"\xFE\""s,
      "\"abcdefgh\xC3\""s, "\"\xC3\\u00e9\xA9\""s, "\"\xF0\x9F\x98\"\"\x80\""s, "{\"\xC3\":1}"s, "\xC3\xA9"s,
      "[\xC3\xA9]"s, "\"abcdefg\x80\\n\""s,
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::syntax) << testing::PrintToString(text);
  }
}

// The scanner steps over eight bytes at once: what it must stop at has to be seen at each of the eight places.
TEST(Scanner, SeesASpecialByteAtEveryPlaceOfAWord) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t place = 0; place <= length; ++place) {
      const auto with = [&](std::string_view piece) {
        return '"' + std::string(place, 'a') + std::string(piece) + std::string(length - place, 'z') + '"';
      };
      EXPECT_EQ(scan(with("")), Error::none);
      EXPECT_EQ(scan(with("\x01")), Error::syntax) << place << '/' << length;
      EXPECT_EQ(scan(with("\x1F")), Error::syntax) << place << '/' << length;
      EXPECT_EQ(scan(with("\"")), Error::syntax) << place << '/' << length;
      EXPECT_EQ(scan(with("\\x")), Error::syntax) << place << '/' << length;
      EXPECT_EQ(scan(with("\\n")), Error::none) << place << '/' << length;
      EXPECT_EQ(scan(with("\xC3\xA9")), Error::none) << place << '/' << length;
      EXPECT_EQ(scan(with("\xC3")), Error::syntax) << place << '/' << length;
      EXPECT_EQ(scan(with("\x80")), Error::syntax) << place << '/' << length;
    }
  }
}

TEST(Scanner, W7_DepthCountsArraysAndObjects) {
  const auto nested = [](std::size_t depth) { return repeat("[", depth) + repeat("]", depth); };
  EXPECT_EQ(scan(nested(32)), Error::none);
  EXPECT_EQ(scan(nested(33)), Error::depth);
  EXPECT_EQ(scan(repeat(R"({"a":)", 32) + "1" + repeat("}", 32)), Error::none);
  EXPECT_EQ(scan(repeat(R"({"a":)", 33) + "1" + repeat("}", 33)), Error::depth);
  EXPECT_EQ(scan(repeat(R"([{"a":)", 16) + "1" + repeat("}]", 16)), Error::none);
  EXPECT_EQ(scan(repeat(R"([{"a":)", 16) + "[]" + repeat("}]", 16)), Error::depth);
  EXPECT_EQ(scan("1", {.depth_max = 0, .members_max = 0}), Error::none);
  EXPECT_EQ(scan("[]", {.depth_max = 0, .members_max = 0}), Error::depth);
  // Side by side is not nested.
  EXPECT_EQ(scan("[" + repeat("[[]],", 100) + "1]"), Error::none);
}

// The kinds of the open containers are kept 64 to a word: no bracket may get lost where one word ends.
TEST(Scanner, W7_MatchesBracketsAtEveryDepth) {
  for (const std::size_t depth : {62UL, 63UL, 64UL, 65UL, 66UL, 127UL, 128UL, 129UL, 200UL, 1000UL}) {
    const Limits limits{.depth_max = 2000, .members_max = 5000};
    std::string opening;
    std::string closing;
    for (std::size_t i = 0; i < depth; ++i) {
      opening += i % 3 == 0 ? R"({"a":)" : "[";
      closing.insert(closing.begin(), i % 3 == 0 ? '}' : ']');
    }
    opening += '1';
    EXPECT_EQ(scan(opening + closing, limits), Error::none) << depth;
    for (std::size_t wrong = 0; wrong < depth; ++wrong) {
      std::string bad = closing;
      bad[wrong] = bad[wrong] == '}' ? ']' : '}';
      EXPECT_EQ(scan(opening + bad, limits), Error::syntax) << depth << ' ' << wrong;
    }
  }
}

TEST(Scanner, W7_MembersCountOverTheWholeText) {
  const auto list = [](std::size_t count) { return "[" + repeat("1,", count - 1) + "1]"; };
  EXPECT_EQ(scan(list(1000)), Error::none);
  EXPECT_EQ(scan(list(1001)), Error::members);
  EXPECT_EQ(scan("[" + list(499) + "," + list(499) + "]"), Error::none);
  EXPECT_EQ(scan("[" + list(499) + "," + list(500) + "]"), Error::members);
  const Limits three{.depth_max = 32, .members_max = 3};
  EXPECT_EQ(scan(R"({"a":{"b":{"c":1}}})", three), Error::none);
  EXPECT_EQ(scan(R"({"a":{"b":[1,2]}})", three), Error::members);
  EXPECT_EQ(scan("[]", {.depth_max = 1, .members_max = 0}), Error::none);
  EXPECT_EQ(scan("[1]", {.depth_max = 1, .members_max = 0}), Error::members);
}

TEST(Scanner, W7_DuplicateKeysAreFoundAfterUnescaping) {
  // clang-format off
  for (const std::string_view text : {
      R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":3})", R"({"":1,"":2})", R"({"a":1,"\u0061":2})", R"({"\u0061":1,"a":2})",
      R"({"\u00e9":1,"é":2})", R"({"\ud83d\ude00":1,"😀":2})", R"({"\n":1,"\u000a":2})", R"({"\/":1,"/":2})",
      R"([{"x":{"a":1,"a":1}}])", R"({"a":{"b":1},"a":1})", R"({"a":[{"a":1}],"b":2,"a":3})",
      R"({"\u0000":1,"\u0000":2})", R"({"\\":1,"\u005c":2})",
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::duplicate_key) << text;
  }
  // clang-format off
  for (const std::string_view text : {
      R"({"a":1,"A":2})", R"({"a":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])", R"({"a":"a","b":"a"})",
      R"({"a":1,"aa":2,"":3})", R"({"\\u0061":1,"a":2})", R"({"\u0000":1,"\u0000\u0000":2,"":3})",
      R"({"a":{"b":1},"b":{"a":1}})",
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::none) << text;
  }
}

// Small objects and large ones are compared in different ways, and keys move to the heap in between.
TEST(Scanner, W7_DuplicateKeysAreFoundInObjectsOfEverySize) {
  for (std::size_t count = 1; count < 100; ++count) {
    std::string members;
    for (std::size_t i = 0; i < count; ++i) {
      members += (i % 2 == 0 ? "\"key" : "\"\\u006bey") + std::to_string(i) + "\":{\"key0\":{}},";
    }
    EXPECT_EQ(scan("{" + members + "\"last\":0}"), Error::none) << count;
    EXPECT_EQ(scan("[1,{" + members + "\"key0\":0}]"), Error::duplicate_key) << count;
    EXPECT_EQ(scan("[1,{" + members + "\"key" + std::to_string(count - 1) + "\":0}]"), Error::duplicate_key) << count;
  }
}

TEST(Scanner, W7_LoneSurrogatesAreALimitNotSyntax) {
  // clang-format off
  for (const std::string_view text : {
      R"("\ud800")", R"("\udc00")", R"("\uDFFF")", R"("\udbff")", R"("a\ud800b")", R"("\ud800\ud800")",
      R"("\udc00\ud800")", R"("\ud800\u0041")", R"("\ud800\n")", R"("\ud800\ud83d\ude00")", R"("\ud83d\ude00\ude00")",
      R"({"\ud800":1})", R"(["\ud800",{"a":1}])", R"("\ud800\\udc00")",
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::lone_surrogate) << text;
  }
}

TEST(Scanner, W7_NumbersThatAreNoFiniteDoubleBreakALimit) {
  // clang-format off
  for (const std::string& text : {
      "1e999"s, "-1e999"s, "1e309"s, "[1E+400]"s, "1.7976931348623159e308"s, "1e99999999999999999999999"s,
      std::string(310, '9'), "1" + std::string(309, '0'), std::string(309, '9'), "1" + std::string(400, '0') + "e-10",
      "0." + std::string(400, '0') + "1e999", "1" + std::string(1000, '0') + ".0"s, "0.001e312"s, "1e1000000000001"s,
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::number_range) << text;
  }
}

TEST(Scanner, SyntaxWinsOverEveryLimit) {
  // clang-format off
  for (const std::string& text : {
      repeat("[", 33), repeat("[", 33) + repeat("]", 32), repeat("[", 33) + repeat("]", 34), R"({"a":1,"a":2)"s,
      R"({"a":1,"a":2}x)"s, R"("\ud800)"s, R"("\ud800" x)"s, R"(["\ud800",])"s, "1e999 1"s, "[1e999"s,
      "[" + repeat("1,", 1001) + "]", "[" + repeat("1,", 1001) + "\"\xFF\"]", R"({"a":1,"a":"\x"})"s,
  }) {
    // clang-format on
    EXPECT_EQ(scan(text), Error::syntax) << text;
  }
}

TEST(Scanner, TheFirstLimitBrokenIsReported) {
  EXPECT_EQ(scan(R"(["\ud800",1e999])"), Error::lone_surrogate);
  EXPECT_EQ(scan(R"([1e999,"\ud800"])"), Error::number_range);
  EXPECT_EQ(scan(R"([{"a":1,"a":2},1e999])"), Error::duplicate_key);
  EXPECT_EQ(scan(R"([{"a":1e999,"a":2}])"), Error::number_range);
}

// A megabyte that aims at the worst of every part must cost milliseconds, not seconds (CPU time). The bound is far
// above what is measured (under 30 ms unoptimised), and far below what a recursion or a quadratic step would take.
TEST(Scanner, W7_HostileMegabytesCostLinearTime) {
  constexpr std::size_t kSize = 1'000'000;
  const Limits wide{.depth_max = 2'000'000, .members_max = 2'000'000};
  std::string keys = "{";
  while (keys.size() < kSize) keys += "\"" + std::to_string(keys.size()) + "\":0,";
  std::string long_keys = "{";
  for (std::size_t i = 100; i < 999; ++i)
    long_keys += "\"\\u0061" + std::string(1000, 'a') + std::to_string(i) + "\":0,";
  const std::vector<std::pair<std::string, Error>> texts = {
      {repeat("[", kSize), Error::syntax},
      {repeat("[", kSize / 2) + repeat("]", kSize / 2), Error::depth},
      {repeat(R"({"":)", kSize / 5), Error::syntax},
      {keys + "\"\":0}", Error::members},
      {long_keys + "\"\":0}", Error::none},
      {"[" + repeat("1e5,", kSize / 4) + "1]", Error::members},
      {std::string(kSize, '9'), Error::number_range},
      {"0." + std::string(kSize, '0') + "1e9", Error::none},
      {"\"" + repeat("\\ud800", kSize / 6) + "\"", Error::lone_surrogate},
      {"\"" + repeat("\xC3\xA9\\n", kSize / 4) + "\"", Error::none},
      {std::string(kSize, ' ') + "1", Error::none},
  };
  for (const auto& [text, expected] : texts) {
    const std::clock_t begin = std::clock();
    EXPECT_EQ(scan(text), expected) << text.substr(0, 20);
    if (expected == Error::depth || expected == Error::members) {
      EXPECT_EQ(scan(text, wide), Error::none) << text.substr(0, 20);
    }
    EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC) << text.substr(0, 20);
  }
}

// Every proper prefix of a text is no JSON, and none of them is read beyond its end (seen under ASan: each prefix is
// an allocation of its own).
TEST(Scanner, EveryPrefixIsSyntax) {
  const std::string text = "{\"a\":[1.5e+3,true,null,\"\\ud83d\\ude00\\n\xF0\x9F\x98\x80\",{}],\"b\":false}";
  ASSERT_EQ(scan(text), Error::none);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::vector<char> prefix(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(scan({prefix.data(), prefix.size()}), Error::syntax) << size;
  }
}

}  // namespace
}  // namespace sio::json
