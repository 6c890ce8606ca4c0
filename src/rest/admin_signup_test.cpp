#include "parley/rest/admin_signup.hpp"

#include <gtest/gtest.h>

namespace parley::rest {
namespace {

sio::http::Request request(std::string host, std::vector<std::string> further = {}) {
  sio::http::Request made;
  made.headers.add("Host", std::move(host));
  for (auto& name : further) made.headers.add(std::move(name), "x");
  return made;
}

TEST(AdminSignup, ByDefaultIsOpenOnlyWhileNothingPointsBeyondThisMachine) {
  const AdminSignupRule local = admin_signup_rule(std::nullopt, false);
  EXPECT_EQ(local.for_request(request("127.0.0.1:5000")), AdminSignup::open);
  const AdminSignupRule beyond = admin_signup_rule(std::nullopt, true);
  EXPECT_EQ(beyond.for_request(request("127.0.0.1:5000")), AdminSignup::invite);
}

TEST(AdminSignup, ByDefaultIsClosedToRequestsThatCameThroughAProxyOrForAnotherHost) {
  const AdminSignupRule rule = admin_signup_rule(std::nullopt, false);
  for (const std::string host :
       {"localhost", "localhost:5000", "LOCALHOST", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"}) {
    EXPECT_EQ(rule.for_request(request(host)), AdminSignup::open) << host;
  }
  for (const std::string host :
       {"chat.example.com", "192.0.2.1", "127.0.0.1.example.com", "localhost.example.com", "127.0.0.1.2", "127.0.0",
        "127.0.0.256", "[::2]", "", "example.com:127.0.0.1", "::1", "127.0.0.x", "127."}) {
    EXPECT_EQ(rule.for_request(request(host)), AdminSignup::invite) << host;
  }
  for (const std::string header :
       {"Forwarded", "X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Host", "X-Forwarded", "Via", "X-Real-IP"}) {
    EXPECT_EQ(rule.for_request(request("localhost", {header})), AdminSignup::invite) << header;
  }
  EXPECT_EQ(rule.for_request(request("localhost", {"User-Agent", "Accept"})), AdminSignup::open);
}

TEST(AdminSignup, WhatIsGivenHoldsForEveryRequest) {
  for (const auto mode : {AdminSignup::open, AdminSignup::first, AdminSignup::invite, AdminSignup::closed}) {
    const AdminSignupRule rule = admin_signup_rule(mode, true);
    EXPECT_EQ(rule.for_request(request("chat.example.com", {"Via"})), mode);
    EXPECT_EQ(parse_admin_signup(to_string(mode)), mode);
    EXPECT_NE(rule.describe(), "unknown");
    EXPECT_EQ(rule.open_to_everybody, mode == AdminSignup::open);
    EXPECT_FALSE(admin_signup_rule(mode, false).open_to_everybody);
  }
  EXPECT_EQ(parse_admin_signup("Open"), std::nullopt);
}

}  // namespace
}  // namespace parley::rest
