#include "sio/http/cors.hpp"

#include <gtest/gtest.h>

namespace sio::http {
namespace {

const CorsPolicy kSameOnly;
const CorsPolicy kTwo({"https://chat.example", "http://Admin.Example:8080"});

TEST(Cors, W8_LetsNoOriginAndTheSameOriginIn) {
  EXPECT_TRUE(kSameOnly.allows("", "localhost:5000"));
  EXPECT_TRUE(kSameOnly.allows("http://localhost:5000", "localhost:5000"));
  EXPECT_TRUE(kSameOnly.allows("HTTP://LocalHost:5000", "localhost:5000"));
  EXPECT_TRUE(kSameOnly.allows("http://[::1]:5000", "[::1]:5000"));
  EXPECT_FALSE(kSameOnly.enabled());
}

// TLS may end at a proxy, so only host and port count, and a default port is as good as none.
TEST(Cors, W8_ComparesHostAndPortNotTheScheme) {
  EXPECT_TRUE(kSameOnly.allows("https://chat.example", "chat.example"));
  EXPECT_TRUE(kSameOnly.allows("http://chat.example", "chat.example"));
  EXPECT_TRUE(kSameOnly.allows("https://chat.example:443", "chat.example"));
  EXPECT_TRUE(kSameOnly.allows("https://chat.example", "chat.example:443"));
  EXPECT_TRUE(kSameOnly.allows("http://chat.example", "CHAT.example:80"));
  EXPECT_FALSE(kSameOnly.allows("http://chat.example:443", "chat.example"));
  EXPECT_FALSE(kSameOnly.allows("http://chat.example", "chat.example:8080"));
}

TEST(Cors, W8_RefusesForeignOrigins) {
  for (const std::string_view origin :
       {"http://evil.example", "http://localhost:5001", "http://localhost", "null", "localhost:5000", "http://",
        "http://localhost:5000/", "http://localhost:5000.evil.example", "http://a@localhost:5000",
        "http://localhost:5000 http://b", "http://localhost:05000x", "http://localhost:", "://localhost:5000",
        "http://localhost:99999"}) {
    EXPECT_FALSE(kSameOnly.allows(origin, "localhost:5000")) << origin;
    EXPECT_FALSE(kTwo.allows(origin, "localhost:5000")) << origin;
  }
  EXPECT_FALSE(kSameOnly.allows("http://localhost", ""));
  EXPECT_FALSE(kSameOnly.allows("null", "null"));
}

TEST(Cors, AllowsTheConfiguredOrigins) {
  EXPECT_TRUE(kTwo.enabled());
  EXPECT_TRUE(kTwo.allows("https://chat.example", "api.example"));
  EXPECT_TRUE(kTwo.allows("https://chat.example:443", "api.example"));
  EXPECT_TRUE(kTwo.allows("http://admin.example:8080", "api.example"));
  EXPECT_FALSE(kTwo.allows("http://chat.example", "api.example"));  // here the scheme counts
  EXPECT_FALSE(kTwo.allows("https://chat.example:8443", "api.example"));
  EXPECT_FALSE(kTwo.allows("https://sub.chat.example", "api.example"));
}

TEST(Cors, NormalizesOrigins) {
  EXPECT_EQ(normalize_origin("HTTPS://Chat.Example:443"), "https://chat.example");
  EXPECT_EQ(normalize_origin("http://a:8080"), "http://a:8080");
  EXPECT_EQ(normalize_origin("http://[::1]:80"), "http://[::1]");
  for (const std::string_view bad :
       {"", "*", "null", "a.example", "http://a/", "http://a b", "http://a:0", "http://a:65536", "http://[]"}) {
    EXPECT_EQ(normalize_origin(bad), std::nullopt) << bad;
  }
}

TEST(Cors, NamesTheOriginAndSaysThatAnswersVary) {
  Headers headers;
  kTwo.add_headers("https://chat.example", headers);
  EXPECT_EQ(headers.find("Access-Control-Allow-Origin"), "https://chat.example");
  EXPECT_EQ(headers.find("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(headers.find("Vary"), "Origin");
  for (const std::string_view other : {"", "null", "https://evil.example"}) {
    Headers none;
    kTwo.add_headers(other, none);
    kSameOnly.add_headers(other, none);
    EXPECT_TRUE(none.empty()) << other;
  }
}

// A wildcard cannot go with credentials.
TEST(Cors, StarAllowsEveryOriginWithoutCredentials) {
  const CorsPolicy any({"*"});
  EXPECT_TRUE(any.enabled());
  EXPECT_TRUE(any.allows("https://evil.example", "a"));
  Headers headers;
  any.add_headers("https://evil.example", headers);
  EXPECT_EQ(headers.find("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(headers.contains("Access-Control-Allow-Credentials"));
}

TEST(Cors, AnswersPreflights) {
  Request request;
  request.method = "OPTIONS";
  request.headers.add("Origin", "https://chat.example");
  request.headers.add("Access-Control-Request-Method", "POST");
  request.headers.add("Access-Control-Request-Headers", "authorization, content-type");
  const Response response = kTwo.preflight(request);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.find("Access-Control-Allow-Origin"), "https://chat.example");
  EXPECT_EQ(response.headers.find("Access-Control-Allow-Methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_EQ(response.headers.find("Access-Control-Allow-Headers"), "authorization, content-type");
  EXPECT_NE(serialize(response, true, false).find("Content-Length: 0\r\n"), std::string::npos);

  request.headers.set("Origin", "https://evil.example");
  const Response foreign = kTwo.preflight(request);
  EXPECT_EQ(foreign.status, 204);
  EXPECT_FALSE(foreign.headers.contains("Access-Control-Allow-Origin"));
  EXPECT_FALSE(foreign.headers.contains("Access-Control-Allow-Methods"));
}

TEST(Cors, SeesControlCharacters) {
  EXPECT_FALSE(has_control_characters("http://a.example"));
  for (const std::string_view bad :
       {std::string_view("a\tb"), std::string_view("a\x01"), std::string_view("\x7F"), std::string_view("\0", 1)}) {
    EXPECT_TRUE(has_control_characters(bad));
  }
}

}  // namespace
}  // namespace sio::http
