#include "sio/json/writer.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace sio::json {
namespace {

using std::string_literals::operator""s;

std::string written(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

TEST(Writer, SetsCommasAndNoSpaces) {
  std::string out = "4";
  Writer writer(out);
  writer.begin_object().member("a", 1).member("b", "x").member("c", true).key("d").begin_array();
  writer.null().integer(-7).begin_object().end_object().begin_array().end_array().string("y").end_array();
  writer.member("e", false).key("f").raw("{ \"kept\" : 1 }").end_object();
  EXPECT_EQ(out, R"(4{"a":1,"b":"x","c":true,"d":[null,-7,{},[],"y"],"e":false,"f":{ "kept" : 1 }})");
}

TEST(Writer, ValuesAtTopLevelMakeAList) {
  std::string out;
  Writer writer(out);
  writer.string("a").integer(1).begin_object().end_object();
  EXPECT_EQ(out, R"("a",1,{})");
}

TEST(Writer, WritesEveryInteger) {
  std::string out;
  Writer writer(out);
  writer.integer(0).integer(INT64_MAX).integer(INT64_MIN);
  EXPECT_EQ(out, "0,9223372036854775807,-9223372036854775808");
}

// RS (0x1E) parts the packets of a polling body: raw in one, it would end it.
TEST(Writer, EscapesControlsQuotesAndBackslashesOnly) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(written("\x1E\0\x1F"s), R"("\u001e\u0000\u001f")");
  EXPECT_EQ(written("/<>&'\x7F\u00e9\u2028\U0001F600"), "\"/<>&'\x7F\u00e9\u2028\U0001F600\"");
  for (int c = 0; c < 0x80; ++c) {
    for (const std::size_t before : {0UL, 3UL, 7UL, 8UL, 13UL}) {
      const std::string text = std::string(before, 'a') + static_cast<char>(c) + "zzzzzzzzzzz";
      const std::string json = written(text);
      EXPECT_EQ(json.find_first_of("\n\r\t\x1E\x01\x1F"), std::string::npos) << c;
      EXPECT_EQ(scan(json), Error::none) << c;
      EXPECT_EQ(Value(json).as_string(), text) << c;
    }
  }
}

TEST(Writer, KeysAreEscapedToo) {
  std::string out;
  Writer(out).begin_object().member("a\"\x1E", 1).end_object();
  EXPECT_EQ(out, "{\"a\\\"\\u001e\":1}");
}

TEST(Writer, NestsAsDeepAsItSays) {
  std::string out;
  Writer writer(out);
  for (std::uint32_t i = 0; i < Writer::kDepthMax / 2; ++i) writer.begin_array().begin_object().key("k");
  writer.null();
  for (std::uint32_t i = 0; i < Writer::kDepthMax / 2; ++i) writer.end_object().end_array();
  EXPECT_EQ(scan(out, {.depth_max = Writer::kDepthMax, .members_max = 1000}), Error::none);
}

TEST(WriterDeathTest, MisuseIsChecked) {
  std::string out;
  EXPECT_DEATH(Writer(out).begin_object().integer(1), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_object().begin_array(), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_object().key("a").key("b"), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_object().key("a").end_object(), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_array().key("a"), "CHECK failed");
  EXPECT_DEATH(Writer(out).key("a"), "CHECK failed");
  EXPECT_DEATH(Writer(out).begin_array().end_object(), "CHECK failed");
  EXPECT_DEATH(Writer(out).end_array(), "CHECK failed");
  EXPECT_DEATH(Writer(out).raw(""), "CHECK failed");
  Writer deep(out);
  for (std::uint32_t i = 0; i < Writer::kDepthMax; ++i) deep.begin_array();
  EXPECT_DEATH(deep.begin_array(), "CHECK failed");
}

}  // namespace
}  // namespace sio::json
