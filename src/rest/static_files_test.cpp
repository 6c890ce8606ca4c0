#include "parley/rest/static_files.hpp"

#include <gtest/gtest.h>

#include <array>

namespace parley::rest {
namespace {

constexpr std::array<web::Asset, 3> kAssets{
    web::Asset{"/assets/app-1a2b3c.js", "text/javascript; charset=utf-8", "plain", "gz", "br", "\"p\"", "\"g\"",
               "\"b\"", true},
    web::Asset{"/favicon.svg", "image/svg+xml", "svg", "", "", "\"s\"", "", "", false},
    web::Asset{"/index.html", "text/html; charset=utf-8", "page", "zpage", "", "\"ip\"", "\"ig\"", "", false}};

sio::http::Response get(const std::string& path, const std::vector<sio::http::Header>& headers = {}) {
  sio::http::Request request;
  request.method = "GET";
  request.path = path;
  request.target = path;
  for (const auto& header : headers) request.headers.add(header.name, header.value);
  return StaticFiles(kAssets).serve(request);
}

TEST(StaticFiles, AreServedByExactName) {
  const auto response = get("/favicon.svg");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content(), "svg");
  EXPECT_EQ(response.headers.find("content-type"), "image/svg+xml");
  EXPECT_EQ(response.headers.find("etag"), "\"s\"");
  EXPECT_EQ(response.headers.find("vary"), "Accept-Encoding");
  EXPECT_EQ(response.headers.find("cache-control"), "no-cache");
  EXPECT_EQ(get("/").content(), "page");
}

TEST(StaticFiles, NamesWithAHashAreImmutableForAYear) {
  EXPECT_EQ(get("/assets/app-1a2b3c.js").headers.find("cache-control"), "public, max-age=31536000, immutable");
}

TEST(StaticFiles, TheSmallestAcceptedEncodingIsChosen) {
  const std::vector<std::pair<std::string, std::string>> cases{{"gzip, deflate, br", "br"}, {"gzip", "gz"},
                                                               {"br;q=0, gzip", "gz"},      {"*", "br"},
                                                               {"*;q=0", "plain"},          {"", "plain"},
                                                               {"identity", "plain"},       {"BR", "br"},
                                                               {"gzip;q=0.5", "gz"},        {"br; q=0.000", "plain"},
                                                               {"*, br;q=0", "gz"},         {"brotli", "plain"}};
  for (const auto& [accept, content] : cases) {
    const auto response = get("/assets/app-1a2b3c.js", {{"Accept-Encoding", accept}});
    EXPECT_EQ(response.content(), content) << accept;
    const std::string_view coding = response.headers.find("content-encoding");
    EXPECT_EQ(coding, content == "br" ? "br" : content == "gz" ? "gzip" : "") << accept;
  }
}

TEST(StaticFiles, EachEncodingHasItsTagAndAnswers304) {
  EXPECT_EQ(get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "gzip"}}).headers.find("etag"), "\"g\"");
  for (const std::string tag : {"\"g\"", "W/\"g\"", "\"x\", \"g\"", "*"}) {
    const auto response = get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
    EXPECT_EQ(response.status, 304) << tag;
    EXPECT_EQ(response.content(), "") << tag;
    EXPECT_EQ(response.headers.find("etag"), "\"g\"") << tag;
    EXPECT_EQ(response.headers.find("vary"), "Accept-Encoding") << tag;
    EXPECT_EQ(response.headers.find("cache-control"), "public, max-age=31536000, immutable") << tag;
  }
  EXPECT_EQ(get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"b\""}}).status, 200);
}

TEST(StaticFiles, AddressesWithinTheAppGetItsPageFromBrowsersOnly) {
  const std::string html = "text/html,application/xhtml+xml,*/*;q=0.8";
  EXPECT_EQ(get("/c/7", {{"Accept", html}}).content(), "page");
  EXPECT_EQ(get("/c/7", {{"Accept", html}}).headers.find("cache-control"), "no-cache");
  EXPECT_EQ(get("/c/7", {{"Accept", "application/json"}}).status, 404);
  EXPECT_EQ(get("/c/7", {{"Accept", "*/*"}}).status, 404);
  EXPECT_EQ(get("/c/7").status, 404);
}

TEST(StaticFiles, MissingFilesAndUnknownRoutesAreNotFoundForBrowsersToo) {
  const std::string html = "text/html";
  for (const std::string path :
       {"/assets/gone-123.js", "/robots.txt", "/c/7.js", "/chat/unknown", "/auth/x", "/socket.io/x", "/assets/"}) {
    const auto response = get(path, {{"Accept", html}});
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_NE(response.body.find("not_found"), std::string::npos) << path;
  }
}

TEST(StaticFiles, X4_NoPathReachesBeyondTheTable) {
  for (const std::string& path :
       std::vector<std::string>{"/../etc/passwd", "//etc/passwd", "/assets/../index.html", "/assets//app-1a2b3c.js",
                                "/ASSETS/app-1a2b3c.js", "/index.html/", std::string("/favicon.svg\0", 13), "."}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

}  // namespace
}  // namespace parley::rest
