#include "sio/json/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "sio/json/scanner.hpp"
#include "sio/json/writer.hpp"

namespace sio::json {
namespace {

TEST(Value, KnowsItsKindAndDropsWhiteSpaceAround) {
  EXPECT_EQ(Value().kind(), Kind::null);
  EXPECT_EQ(Value(" null ").kind(), Kind::null);
  EXPECT_EQ(Value("true").kind(), Kind::boolean);
  EXPECT_EQ(Value("false").kind(), Kind::boolean);
  EXPECT_EQ(Value("-1").kind(), Kind::number);
  EXPECT_EQ(Value("0").kind(), Kind::number);
  EXPECT_EQ(Value("\"\"").kind(), Kind::string);
  EXPECT_EQ(Value("[]").kind(), Kind::array);
  EXPECT_EQ(Value("\t{ }\r\n").kind(), Kind::object);
  EXPECT_EQ(Value("\t{ }\r\n").text(), "{ }");
}

TEST(Value, ReadsNothingAsAKindThatItIsNot) {
  for (const std::string_view text : {"null", "true", "1", "\"true\"", "[1]", R"({"a":1})"}) {
    const Value value(text);
    std::string buffer;
    EXPECT_EQ(value.as_bool().has_value(), value.kind() == Kind::boolean) << text;
    EXPECT_EQ(value.as_int64().has_value(), value.kind() == Kind::number) << text;
    EXPECT_EQ(value.as_double().has_value(), value.kind() == Kind::number) << text;
    EXPECT_EQ(value.as_string().has_value(), value.is_string()) << text;
    EXPECT_EQ(value.as_string(buffer).has_value(), value.is_string()) << text;
    EXPECT_EQ(value.find("a").has_value(), value.is_object()) << text;
    EXPECT_EQ(value.at(0).has_value(), value.is_array()) << text;
    EXPECT_EQ(value.elements() == EndOfRange{}, !value.is_array()) << text;
    EXPECT_EQ(value.members() == EndOfRange{}, !value.is_object()) << text;
  }
}

TEST(Value, WholeNumbersAreTakenOnlyAsWritten) {
  EXPECT_EQ(Value("0").as_int64(), 0);
  EXPECT_EQ(Value("-0").as_int64(), 0);
  EXPECT_EQ(Value("-17").as_int64(), -17);
  EXPECT_EQ(Value("9223372036854775807").as_int64(), INT64_MAX);
  EXPECT_EQ(Value("-9223372036854775808").as_int64(), INT64_MIN);
  for (const std::string_view text : {"9223372036854775808", "-9223372036854775809", "7.0", "7e0", "-0.5", "1e3"}) {
    EXPECT_FALSE(Value(text).as_int64()) << text;
  }
}

// Doubles of 17 digits must come back bit by bit; strtod of the C library is the measure.
TEST(Value, DoublesAreTheNearestOnes) {
  for (const char* text :
       {"0.1", "1e23", "9007199254740993", "4.9e-324", "2.2250738585072011e-308", "1.7976931348623157e308",
        "123456789.12345678", "-1.5", "1E5", "1e+5", "5e-1", "0.30000000000000004"}) {
    EXPECT_EQ(Value(text).as_double(), std::strtod(text, nullptr)) << text;
  }
  EXPECT_EQ(Value("1e-999").as_double(), 0.0);
  EXPECT_TRUE(std::signbit(*Value("-1e-999").as_double()));
  EXPECT_EQ(Value("0." + std::string(400, '0') + "1").as_double(), 0.0);
  EXPECT_EQ(Value("1" + std::string(400, '0') + "e-99999999999999999999").as_double(), 0.0);
  EXPECT_FALSE(Value("1e999").as_double());
  EXPECT_FALSE(Value("-1e999").as_double());
}

TEST(Value, StringsWithoutEscapesAreViewsOfTheText) {
  const std::string text = "\"h\u00e9llo\"";
  std::string buffer = "untouched";
  const auto view = Value(text).as_string(buffer);
  EXPECT_EQ(view, "h\u00e9llo");
  EXPECT_EQ(view->data(), text.data() + 1);
  EXPECT_EQ(buffer, "untouched");
  EXPECT_EQ(Value("\"\"").as_string(), "");
  EXPECT_EQ(Value("\"a\"").as_string(), "a");
}

TEST(Value, UnescapesEveryEscape) {
  using std::string_literals::operator""s;
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0000")", "\0"s},
      {R"("\u007f\u0080\u07ff\u0800\uffff")", "\x7F\u0080\u07ff\u0800\uffff"},
      {R"("\u00E9\u00e9")", "\u00e9\u00e9"},
      {R"("\ud83d\ude00\ud800\udc00\udbff\udfff")", "\U0001F600\U00010000\U0010FFFF"},
      {R"("a\u0041\\u0041b")", "aA\\u0041b"},
      {R"("\\")", "\\"},
      {"\"\u20ac\\n\u20ac\"", "\u20ac\n\u20ac"},
      // Broken limits are read, not crashed upon.
      {R"("\ud800")", "\uFFFD"},
      {R"("\udc00x")", "\uFFFDx"},
      {R"("\ud800\ud83d\ude00\ud800\n\ud800A")", "\uFFFD\U0001F600\uFFFD\n\uFFFDA"},
      {R"("\ud800\u0041")", "\uFFFDA"},
  };
  for (const auto& [text, expected] : table) {
    std::string buffer = "old";
    EXPECT_EQ(Value(text).as_string(buffer), expected) << text;
    EXPECT_EQ(Value(text).as_string(), expected) << text;
  }
}

TEST(Value, FindsMembersByTheirUnescapedKey) {
  const std::string text =
      R"( { "a" : 1 , "b\n" : [ 2 , {"a":3} ], "\u00e9":"x" , "" : null,"c\\":{"a":"}"},"last":true } )";
  ASSERT_EQ(scan(text), Error::none);
  const Value value(text);
  EXPECT_EQ(value.find("a")->text(), "1");
  EXPECT_EQ(value.find("b\n")->text(), R"([ 2 , {"a":3} ])");
  EXPECT_EQ(value.find("\u00e9")->text(), "\"x\"");
  EXPECT_EQ(value.find("")->text(), "null");
  EXPECT_EQ(value.find("c\\")->text(), R"({"a":"}"})");
  EXPECT_EQ(value.find("last")->as_bool(), true);
  for (const std::string_view absent : {"A", "b", "b\\n", "c", "c\\\\", "las", "last ", "\\u00e9", "x"}) {
    EXPECT_FALSE(value.find(absent)) << absent;
  }
  EXPECT_FALSE(Value("{}").find(""));
  EXPECT_EQ(Value(R"({"a":1,"a":2})").find("a")->text(), "1");
}

TEST(Value, WalksArraysAndObjectsInOrder) {
  const Value array(" [ 1 ,\"],\\\"\", [ [ ] ] , {\"a\" : [ ]},-2.5e3 ,null ] ");
  std::vector<std::string_view> texts;
  for (const Value element : array.elements()) texts.push_back(element.text());
  EXPECT_EQ(texts, (std::vector<std::string_view>{"1", "\"],\\\"\"", "[ [ ] ]", "{\"a\" : [ ]}", "-2.5e3", "null"}));
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(array.at(i)->text(), texts[i]);
  EXPECT_FALSE(array.at(texts.size()));
  EXPECT_FALSE(Value("[ ]").at(0));

  std::vector<std::string> seen;
  for (const Member member : Value("{\"b\":1 , \"a\\t\" : {} }").members()) {
    seen.push_back(member.key() + "=" + std::string(member.value.text()));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"b=1", "a\t={}"}));
}

// Skipping a value must not recurse: the stack would end long before a megabyte does.
TEST(Value, W7_StepsOverDeepTextWithoutRecursion) {
  const std::string text = "[" + std::string(500'000, '[') + std::string(500'000, ']') + ",7]";
  EXPECT_EQ(Value(text).at(1)->as_int64(), 7);
}

TEST(ValueDeathTest, EmptyTextIsOurMistake) { EXPECT_DEATH(Value(""), "CHECK failed"); }

// A text of the generator: what it means is known, how it is written is chance.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::string text(int depth) {
    switch (below(depth > 0 ? 6 : 4)) {
      case 0:
        return below(2) != 0 ? "null" : below(2) != 0 ? "true" : "false";
      case 1:
        return std::to_string(static_cast<std::int64_t>(random_()) - (std::int64_t{1} << 31));
      case 2:
        return std::to_string(below(1000)) + "." + std::to_string(below(1000)) + "e-" + std::to_string(below(300));
      case 3:
        return string(std::string(below(12), 'k'));
      case 4:
        return list(depth, '[', ']', false);
      default:
        return list(depth, '{', '}', true);
    }
  }

 private:
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  std::string space() { return std::string(below(8) == 0 ? below(3) : 0, " \n\t\r"[below(4)]); }

  std::string string(const std::string& ending) {
    static const std::vector<std::string> pieces = {
        "a", "xyz", "\\n", "\\u0041", "\\ud83d\\ude00", "\u00e9", "\U0001F600", "\\\"", "\\\\", "[", "}", ":", ","};
    std::string text = "\"";
    for (std::uint32_t i = below(6); i > 0; --i) text += pieces[below(static_cast<std::uint32_t>(pieces.size()))];
    return text + ending + "\"";
  }

  std::string list(int depth, char opening, char closing, bool keys) {
    std::string out(1, opening);
    const std::uint32_t count = below(5);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i > 0) out += ',' + space();
      if (keys) out += string("#" + std::to_string(i)) + space() + ':';
      out += space() + text(depth - 1) + space();
    }
    return out + space() + closing;
  }

  std::mt19937 random_;
};

void copy(Value value, Writer& writer) {
  if (value.is_array()) {
    writer.begin_array();
    for (const Value element : value.elements()) copy(element, writer);
    writer.end_array();
  } else if (value.is_object()) {
    writer.begin_object();
    for (const Member member : value.members()) {
      writer.key(member.key());
      copy(member.value, writer);
    }
    writer.end_object();
  } else if (value.is_string()) {
    writer.string(*value.as_string());
  } else {
    writer.raw(value.text());
  }
}

bool same(Value a, Value b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.kind() == Kind::number) return a.text() == b.text() && a.as_double() == b.as_double();
  if (a.is_array()) {
    std::size_t index = 0;
    for (const Value element : a.elements()) {
      const auto other = b.at(index++);
      if (!other || !same(element, *other)) return false;
    }
    return !b.at(index);
  }
  if (a.is_object()) {
    for (const Member member : a.members()) {
      const auto other = b.find(member.key());
      if (!other || !same(member.value, *other)) return false;
    }
  }
  return true;
}

TEST(Value, RoundTripsWhateverIsWritten) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Generator generator(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = generator.text(5);
    ASSERT_EQ(scan(text, {.depth_max = 8, .members_max = 10'000}), Error::none) << text;
    std::string compact;
    Writer writer(compact);
    copy(Value(text), writer);
    ASSERT_EQ(scan(compact, {.depth_max = 8, .members_max = 10'000}), Error::none) << compact;
    ASSERT_TRUE(same(Value(text), Value(compact))) << text << '\n' << compact;
    // Cutting or doubling a byte either leaves JSON or is called syntax; in any case nothing outside it is read.
    std::string damaged = text;
    damaged.erase(static_cast<std::size_t>(i) % damaged.size(), 1);
    scan(damaged);
  }
}

}  // namespace
}  // namespace sio::json
