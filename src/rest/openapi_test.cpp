// The description of the API: of the routes that there are, whole, and readable.
#include "openapi.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fake_server.hpp"
#include "routes.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

using testing::FakeServer;

constexpr sio::json::Limits kLimits{.depth_max = 32, .members_max = 100'000};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() : text_(server_.ask("GET", "/openapi.json").body) {}
  sio::json::Value document() const { return sio::json::Value(text_); }

  FakeServer server_;
  std::string text_;
};

TEST_F(OpenApi, HasEveryRouteThatThereIsAndNoOther) {
  ASSERT_EQ(sio::json::scan(text_, kLimits), sio::json::Error::none);
  const auto paths = document().find("paths");
  ASSERT_TRUE(paths);
  for (const sio::Route& route : server_.router.routes()) {
    const auto path = paths->find(route.pattern);
    ASSERT_TRUE(path) << route.pattern;
    EXPECT_TRUE(path->find(lower(route.method))) << route.method << " " << route.pattern;
  }
  EXPECT_EQ(route_docs().size(), server_.router.routes().size());
}

// A handler that nobody described must not come into a release unseen: its absence ends the start.
TEST(OpenApiDeathTest, ARouteWithoutADescriptionCannotBeAdded) {
  FakeServer server;
  sio::HttpRouter router;
  Routes routes(router, server.environment);
  const auto nothing = [](const sio::RouteRequest&) { return empty_answer(); };
  EXPECT_DEATH(routes.anyone("GET", "/nowhere", sio::RunOn::shard, nothing), "CHECK failed");
}

TEST_F(OpenApi, SaysWhoMay) {
  const auto security = [&](std::string_view pattern, std::string_view method) {
    return std::string(document().find("paths")->find(pattern)->find(method)->find("security")->text());
  };
  EXPECT_EQ(security("/auth/login", "post"), "[]");
  EXPECT_EQ(security("/auth/refresh", "post"), R"([{"refresh":[]}])");
  EXPECT_EQ(security("/admin/users/{id}", "patch"), R"([{"access":[]}])");
  const auto answers = document().find("paths")->find("/admin/users/{id}")->find("patch")->find("responses");
  for (const std::string_view status : {"200", "400", "401", "403", "404", "409", "413", "415", "422", "503"}) {
    EXPECT_TRUE(answers->find(status)) << status;
  }
  EXPECT_FALSE(answers->find("429"));
  EXPECT_FALSE(document().find("paths")->find("/chat/info")->find("get")->find("responses")->find("403"));
}

// Every schema that something refers to is there, and every one that is there is referred to.
TEST_F(OpenApi, ItsReferencesHoldTogether) {
  std::set<std::string> used;
  constexpr std::string_view kPrefix = "#/components/schemas/";
  for (std::size_t at = text_.find(kPrefix); at != std::string::npos; at = text_.find(kPrefix, at + 1)) {
    const std::size_t begin = at + kPrefix.size();
    used.insert(text_.substr(begin, text_.find('"', begin) - begin));
  }
  std::set<std::string> there;
  for (const SchemaDoc& schema : schema_docs()) there.emplace(schema.name);
  EXPECT_EQ(used, there);
}

TEST_F(OpenApi, ThePageHasTheSameAndNoScript) {
  const auto page = server_.ask("GET", "/docs");
  EXPECT_EQ(page.headers.find("content-type"), "text/html; charset=utf-8");
  for (const RouteDoc& route : route_docs()) EXPECT_NE(page.body.find(route.summary), std::string::npos);
  for (const SchemaDoc& schema : schema_docs()) {
    EXPECT_NE(page.body.find("id=\"" + std::string(schema.name) + '"'), std::string::npos) << schema.name;
  }
  for (const std::string_view not_here : {"<script", "style=", "<style", " onclick"}) {
    EXPECT_EQ(page.body.find(not_here), std::string::npos) << not_here;
  }
  EXPECT_EQ(server_.ask("GET", "/docs.css").headers.find("content-type"), "text/css; charset=utf-8");
}

}  // namespace
}  // namespace parley::rest
