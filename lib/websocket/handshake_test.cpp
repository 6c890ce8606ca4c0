#include "sio/websocket/handshake.hpp"

#include <gtest/gtest.h>

namespace sio::ws {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

UpgradeRequest good() {
  return {
      .method = "GET", .http_1_1 = true, .connection = "Upgrade", .upgrade = "websocket", .version = "13", .key = kKey};
}

TEST(Handshake, AnswersTheKeyOfTheStandardsExample) {
  EXPECT_EQ(accept_key(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(accept_key("x3JJHMbDL1EzLkh9GBhXDw=="), "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

TEST(Handshake, TakesNamesAndListsInAnyCase) {
  EXPECT_EQ(check_upgrade(good()), HandshakeError::none);
  for (const std::string_view connection : {"upgrade", "keep-alive, Upgrade", "UPGRADE ,close", "a,\tupgrade\t,b"}) {
    UpgradeRequest request = good();
    request.connection = connection;
    EXPECT_EQ(check_upgrade(request), HandshakeError::none) << connection;
  }
  for (const std::string_view upgrade : {"WebSocket", "h2c, websocket"}) {
    UpgradeRequest request = good();
    request.upgrade = upgrade;
    EXPECT_EQ(check_upgrade(request), HandshakeError::none) << upgrade;
  }
}

TEST(Handshake, SaysWhatIsNoUpgrade) {
  const auto expect_none = [](auto change) {
    UpgradeRequest request = good();
    change(request);
    EXPECT_EQ(check_upgrade(request), HandshakeError::not_an_upgrade);
  };
  expect_none([](UpgradeRequest& r) { r.method = "POST"; });
  expect_none([](UpgradeRequest& r) { r.http_1_1 = false; });
  expect_none([](UpgradeRequest& r) { r.connection = "keep-alive"; });
  expect_none([](UpgradeRequest& r) { r.connection = ""; });
  expect_none([](UpgradeRequest& r) { r.connection = "upgrades, xupgrade"; });
  expect_none([](UpgradeRequest& r) { r.upgrade = ""; });
  expect_none([](UpgradeRequest& r) { r.upgrade = "websocket/13"; });
}

TEST(Handshake, TakesVersion13Only) {
  for (const std::string_view version : {"", "8", "12", "14", "013", "13, 8", "1"}) {
    UpgradeRequest request = good();
    request.version = version;
    EXPECT_EQ(check_upgrade(request), HandshakeError::bad_version) << version;
  }
}

TEST(Handshake, TakesKeysOfSixteenBytesOnly) {
  for (const std::string_view key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25j*Q==", "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ=="}) {
    UpgradeRequest request = good();
    request.key = key;
    EXPECT_EQ(check_upgrade(request), HandshakeError::bad_key) << key;
  }
}

}  // namespace
}  // namespace sio::ws
