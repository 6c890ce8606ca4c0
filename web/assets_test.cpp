#include "parley/web/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace parley::web {
namespace {

// The server looks files up by binary search.
TEST(WebAssets, AreSortedByPathWithoutDoubles) {
  const auto all = assets();
  EXPECT_EQ(std::ranges::adjacent_find(all, std::ranges::greater_equal{}, &Asset::path), all.end());
}

#ifdef PARLEY_WITH_WEB
const Asset* find(std::string_view path) {
  const auto all = assets();
  const auto it = std::ranges::lower_bound(all, path, {}, &Asset::path);
  return it != all.end() && it->path == path ? &*it : nullptr;
}

// Any page of the app begins with this file.
TEST(WebAssets, HaveTheStartPage) {
  const Asset* page = find("/index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->identity.starts_with("<!doctype html>"));
  EXPECT_FALSE(page->immutable);
}

// The policy is script-src 'self': a script or handler within the page would be dead, or a reason to weaken it.
TEST(WebAssets, StartPageHasNoInlineScript) {
  const Asset* page = find("/index.html");
  ASSERT_NE(page, nullptr);
  const std::string html{page->identity};
  for (auto at = html.find("<script"); at != std::string::npos; at = html.find("<script", at + 1)) {
    EXPECT_NE(html.substr(at, html.find('>', at) - at).find(" src="), std::string::npos);
  }
  EXPECT_EQ(html.find(" style="), std::string::npos);
  EXPECT_EQ(html.find("<style"), std::string::npos);
}

// Whatever the page names must be there: a missing part is a blank window.
TEST(WebAssets, HaveEverythingTheStartPageNames) {
  const Asset* page = find("/index.html");
  ASSERT_NE(page, nullptr);
  const std::string html{page->identity};
  int named = 0;
  for (const std::string attribute : {"src=\"", "href=\""}) {
    for (auto at = html.find(attribute); at != std::string::npos; at = html.find(attribute, at + 1)) {
      const auto from = at + attribute.size();
      const std::string path = html.substr(from, html.find('"', from) - from);
      EXPECT_NE(find(path), nullptr) << path;
      ++named;
    }
  }
  EXPECT_GE(named, 3);
}

// A year of cache for a name that is used again would freeze an old version in people's browsers.
TEST(WebAssets, OnlyHashedNamesAreImmutable) {
  for (const Asset& asset : assets()) EXPECT_EQ(asset.immutable, asset.path.starts_with("/assets/")) << asset.path;
}

// A shared tag would let a cache answer 304 for bytes of another encoding.
TEST(WebAssets, EveryEncodingHasATagOfItsOwn) {
  std::set<std::string_view> tags;
  for (const Asset& asset : assets()) {
    EXPECT_FALSE(asset.content_type.empty());
    const std::pair<std::string_view, std::string_view> variants[] = {
        {asset.identity, asset.etag_identity}, {asset.gzip, asset.etag_gzip}, {asset.brotli, asset.etag_brotli}};
    for (const auto& [bytes, tag] : variants) {
      EXPECT_EQ(bytes.empty(), tag.empty()) << asset.path;
      if (tag.empty()) continue;
      EXPECT_TRUE(tag.size() > 2 && tag.front() == '"' && tag.back() == '"') << tag;
      EXPECT_TRUE(tags.insert(tag).second) << asset.path;
    }
  }
}

// Compression that saves next to nothing costs the browser time for no gain.
TEST(WebAssets, CompressedVariantsSaveAtLeastFivePercent) {
  bool any = false;
  for (const Asset& asset : assets()) {
    for (const std::string_view variant : {asset.gzip, asset.brotli}) {
      if (variant.empty()) continue;
      any = true;
      EXPECT_LE(variant.size() * 100, asset.identity.size() * 95) << asset.path;
    }
    if (!asset.gzip.empty()) {
      EXPECT_TRUE(asset.gzip.starts_with("\x1f\x8b")) << asset.path;
    }
  }
  EXPECT_TRUE(any);
}
#else
TEST(WebAssets, AreEmptyWhenBuiltWithout) { EXPECT_TRUE(assets().empty()); }
#endif

}  // namespace
}  // namespace parley::web
