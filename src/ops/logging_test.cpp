#include "parley/ops/logging.hpp"

#include <gtest/gtest.h>

#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace parley::ops {
namespace {

TEST(Logging, X8_ALineIsOneJsonObjectWhateverAValueHolds) {
  for (const std::string_view hostile :
       {std::string_view("a\nb"), std::string_view("a\r\n{\"level\":\"info\"}"), std::string_view("\x1B[31mred\x1B[0m"),
        std::string_view("a\0b", 3), std::string_view("\xFF\xFE"), std::string_view("\xC3\x28"),
        std::string_view("\"},{\"x\":\""), std::string_view("\\"), std::string_view("\x7F"),
        std::string_view("\xC2\x9B"
                         "31m"),
        std::string_view("\xE2\x80\xA8"), std::string_view("\xE2\x80\xA9"), std::string_view("\xF0\x9F\x98"),
        std::string_view("Zo\xC3\xAB \xF0\x9F\x98\x80")}) {
    const std::string line = "{" + render_json(hostile, {{"user", hostile}, {"count", 3}}) + "}";
    EXPECT_EQ(sio::json::scan(line), sio::json::Error::none) << line;
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20U) << line;
    EXPECT_EQ(line.find('\x7F'), std::string::npos);
    EXPECT_EQ(line.find("\xC2\x9B"), std::string::npos);
    EXPECT_EQ(line.find("\xE2\x80\xA8"), std::string::npos);
    EXPECT_EQ(line.find("\xE2\x80\xA9"), std::string::npos);
    const std::string text = render_text(hostile, {{"user", hostile}});
    for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20U) << text;
  }
}

TEST(Logging, JsonKeepsWhatIsText) {
  EXPECT_EQ(render_json("signed in", {{"name", "Zo\xC3\xAB"}, {"user", 7}}),
            "\"msg\":\"signed in\",\"name\":\"Zo\xC3\xAB\",\"user\":7");
}

TEST(Logging, BytesThatAreNoTextAreReplacedOneByOne) {
  EXPECT_EQ(render_json("\xFFok\xC3", {}), "\"msg\":\"\xEF\xBF\xBDok\xEF\xBF\xBD\"");
}

TEST(Logging, TextQuotesWhatIsMoreThanAWord) {
  EXPECT_EQ(render_text("request", {{"path", "/chat/info"}, {"status", 200}, {"agent", "a b"}, {"empty", ""}}),
            "request path=/chat/info status=200 agent=\"a b\" empty=\"\"");
}

// Otherwise a value could pretend to be further fields.
TEST(Logging, X8_TextValuesCannotForgeFields) {
  EXPECT_EQ(render_text("m", {{"path", "/x status=200"}}), "m path=\"/x status=200\"");
  EXPECT_EQ(render_text("m", {{"path", "a=b"}}), "m path=\"a=b\"");
}

TEST(Logging, FormatsAndLevelsHaveNames) {
  EXPECT_EQ(parse_log_format("auto"), LogFormat::automatic);
  EXPECT_EQ(parse_log_format("json"), LogFormat::json);
  EXPECT_EQ(parse_log_format("JSON"), std::nullopt);
  EXPECT_EQ(parse_log_level("warning"), LogLevel::warning);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
}

TEST(Logging, NothingIsLoggedBelowTheLevelOrBeforeTheStart) {
  EXPECT_FALSE(is_logged(LogLevel::error));
  start_logging(LogFormat::json, LogLevel::warning);
  EXPECT_FALSE(is_logged(LogLevel::info));
  EXPECT_TRUE(is_logged(LogLevel::warning));
  ::testing::internal::CaptureStderr();
  log(LogLevel::info, "hidden");
  log(LogLevel::error, "shown", {{"why", "test"}});
  stop_logging();
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(written.find("hidden"), std::string::npos);
  EXPECT_NE(written.find("\"level\":\"error\",\"msg\":\"shown\",\"why\":\"test\"}"), std::string::npos) << written;
  EXPECT_FALSE(is_logged(LogLevel::error));
}

}  // namespace
}  // namespace parley::ops
