#include <gtest/gtest.h>

#include "page_query.hpp"
#include "request_body.hpp"

namespace parley::rest {
namespace {

sio::http::Request post(std::string body, std::string type = "application/json", std::string coding = "") {
  sio::http::Request request;
  request.method = "POST";
  if (!type.empty()) request.headers.add("Content-Type", std::move(type));
  if (!coding.empty()) request.headers.add("Content-Encoding", std::move(coding));
  request.body = std::move(body);
  return request;
}

TEST(RequestBody, H8_MustBeUncodedJson) {
  for (const std::string type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8",
        "application/json ; charset=\"utf-8\"", "application/json;"}) {
    EXPECT_TRUE(parse_json_body(post("{}", type)).ok()) << type;
  }
  for (const std::string type : {"", "text/plain", "application/jsonp", "application/json; charset=latin1",
                                 "multipart/form-data", "application/x-www-form-urlencoded"}) {
    const auto body = parse_json_body(post("{}", type));
    ASSERT_FALSE(body.ok()) << type;
    EXPECT_EQ(body.error(), Problem::unsupported_media_type) << type;
  }
  EXPECT_FALSE(parse_json_body(post("{}", "application/json", "gzip")).ok());
  EXPECT_TRUE(parse_json_body(post("{}", "application/json", "identity")).ok());
}

TEST(RequestBody, W7_WhatBreaksALimitIsInvalidJson) {
  std::string deep(33, '[');
  deep += std::string(33, ']');
  std::string wide = "[0";
  for (int i = 0; i < 1'000; ++i) wide += ",0";
  wide += "]";
  for (const std::string& text :
       {std::string(""), std::string("{"), std::string("{'a':1}"), std::string("\"\xFF\""),
        std::string(R"({"a":1,"a":2})"), std::string(R"({"a":1,"\u0061":2})"), std::string(R"(["\ud800"])"),
        std::string("[1e999]"), deep, wide, std::string("{} {}")}) {
    const auto request = post(text);
    const auto body = parse_json_body(request);
    ASSERT_FALSE(body.ok()) << text;
    EXPECT_EQ(body.error(), Problem::invalid_json) << text;
  }
}

TEST(FieldReader, TellsAllThatIsWrongAtOnce) {
  const auto request = post(R"({"name":7,"email":null,"password":"x","extra":1})");
  FieldReader fields(*parse_json_body(request));
  EXPECT_EQ(fields.text("name"), "");
  EXPECT_EQ(fields.text("email"), "");
  EXPECT_EQ(fields.text("password"), "x");
  EXPECT_EQ(fields.text("role"), "");
  EXPECT_EQ(fields.optional_text("absent"), std::nullopt);
  EXPECT_EQ(fields.errors(),
            (FieldErrors{{"name", "must be text"}, {"email", "must be text"}, {"role", "is required"}}));
}

TEST(FieldReader, ABodyThatIsNoObjectHasNoFields) {
  for (const std::string text : {"[]", "7", "\"name\"", "null", "true"}) {
    const auto request = post(text);
    FieldReader fields(*parse_json_body(request));
    fields.text("name");
    EXPECT_EQ(fields.errors(), (FieldErrors{{"name", "is required"}})) << text;
  }
}

TEST(PageQuery, LimitsAndCursorsAreRead) {
  const auto page = parse_page_query(sio::http::Query::parse("limit=7&after=12&other=x"));
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->limit, 7U);
  EXPECT_EQ(page->after, 12);
  EXPECT_EQ(page->before, std::nullopt);
  EXPECT_EQ(parse_page_query(sio::http::Query::parse(""))->limit, 1'000U);
  EXPECT_EQ(parse_page_query(sio::http::Query::parse("limit=1000"))->limit, 1'000U);
}

TEST(PageQuery, WhatIsNoneIsToldByField) {
  for (const std::string query :
       {"limit=0", "limit=1001", "limit=", "limit=x", "limit=-1", "limit=1.5", "after=x", "after=", "before=-1",
        "before=1e3", "after=1&before=2", "limit=99999999999999999999"}) {
    EXPECT_FALSE(parse_page_query(sio::http::Query::parse(query)).ok()) << query;
  }
}

TEST(PageQuery, TheLinkGoesOnInTheSameDirection) {
  EXPECT_EQ(next_link("/chat/loaded", {.limit = 5, .after = 3, .before = {}}, 4, 8),
            "</chat/loaded?limit=5&after=8>; rel=\"next\"");
  EXPECT_EQ(next_link("/chat/loaded", {.limit = 5, .after = {}, .before = {}}, 4, 8),
            "</chat/loaded?limit=5&before=4>; rel=\"next\"");
}

TEST(PageQuery, AnIdThatDoesNotFitNamesNothing) {
  EXPECT_EQ(parse_decimal_id("7"), 7);
  EXPECT_EQ(parse_decimal_id("99999999999999999999999"), std::numeric_limits<std::int64_t>::max());
  for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0"}) {
    EXPECT_EQ(parse_decimal_id(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace parley::rest
