#include <gtest/gtest.h>

#include <random>
#include <string>

#include "parley/domain/rules.hpp"
#include "parley/domain/timestamp.hpp"
#include "parley/domain/user.hpp"
#include "parley/domain/validation.hpp"

namespace parley::domain {
namespace {

constexpr UserId kAnn{1};
constexpr UserId kBob{2};

TEST(Roles, AreExactlyTwoWords) {
  EXPECT_EQ(parse_role("admin"), Role::admin);
  EXPECT_EQ(parse_role("user"), Role::user);
  for (const std::string_view text : {"", "Admin", "USER", "admin ", "root", "0"})
    EXPECT_FALSE(parse_role(text)) << text;
  for (const Role role : {Role::user, Role::admin}) EXPECT_EQ(parse_role(to_string(role)), role);
}

TEST(MayWrite, UsersToAdminsAndAdminsToEverybody) {
  const ChatRules rules;
  EXPECT_TRUE(may_write(kAnn, Role::user, kBob, Role::admin, rules));
  EXPECT_TRUE(may_write(kAnn, Role::admin, kBob, Role::user, rules));
  EXPECT_TRUE(may_write(kAnn, Role::admin, kBob, Role::admin, rules));
  EXPECT_FALSE(may_write(kAnn, Role::user, kBob, Role::user, rules));
}

TEST(MayWrite, UsersToUsersOnlyWithPeerChat) {
  EXPECT_TRUE(may_write(kAnn, Role::user, kBob, Role::user, {.peer_chat = true}));
}

TEST(MayWrite, NobodyToOneself) {
  for (const bool peer_chat : {false, true}) {
    for (const Role role : {Role::user, Role::admin}) {
      EXPECT_FALSE(may_write(kAnn, role, kAnn, role, {.peer_chat = peer_chat}));
    }
  }
}

TEST(Names, HaveOneToAHundredCodePoints) {
  EXPECT_EQ(check_name("Zoë"), Flaw::none);
  EXPECT_EQ(check_name(""), Flaw::empty);
  EXPECT_EQ(check_name("\u3000 \u00A0"), Flaw::empty);
  std::string name;
  for (int i = 0; i < 100; ++i) name += "é";
  EXPECT_EQ(check_name(name), Flaw::none);
  EXPECT_EQ(check_name(name + "x"), Flaw::too_long);
}

TEST(Names, HaveNoControlCharacters) {
  for (const std::string_view name : {std::string_view("a\0b", 3), std::string_view("a\nb"), std::string_view("a\x7F"),
                                      std::string_view("a\u0085b"), std::string_view("a\xFF")}) {
    EXPECT_EQ(check_name(name), Flaw::not_text) << name;
  }
}

TEST(Emails, OrdinaryOnesAreTaken) {
  for (const std::string_view email : {"a@b.co", "first.last+tag@sub.example.org", "x_y@localhost",
                                       "O'Neil@example.org", "1@2.3", "user@xn--bcher-kva.example"}) {
    EXPECT_EQ(check_email(email), Flaw::none) << email;
  }
}

TEST(Emails, OthersAreRefused) {
  EXPECT_EQ(check_email(""), Flaw::empty);
  for (const std::string_view email :
       {"a",        "@b.co",    "a@",       "a@@b.co", "a@b@c.co", " a@b.co",   "a@b.co ", "a b@c.co",
        "a@b..co",  "a@.co",    "a@co.",    ".a@b.co", "a.@b.co",  "a..b@c.co", "a@-b.co", "a@b-.co",
        "a@b_c.co", "<a@b.co>", "a@b.co\n", "é@b.co",  "a@bü.co",  "a,b@c.co"}) {
    EXPECT_EQ(check_email(email), Flaw::not_an_address) << email;
  }
  EXPECT_EQ(check_email(std::string_view("a\0@b.co", 7)), Flaw::not_an_address);
}

TEST(Emails, HaveAtMostAHundredBytes) {
  const std::string local(64, 'a');
  EXPECT_EQ(check_email(local + "@" + std::string(35, 'b')), Flaw::none);
  EXPECT_EQ(check_email(local + "@" + std::string(36, 'b')), Flaw::too_long);
  EXPECT_EQ(check_email(local + "a@b.co"), Flaw::not_an_address);
  EXPECT_EQ(check_email("a@" + std::string(64, 'b')), Flaw::not_an_address);
}

TEST(Emails, AreComparedWithoutCaseOfAsciiLetters) {
  EXPECT_EQ(normal_email("Ann@Example.ORG"), "ann@example.org");
  EXPECT_EQ(normal_email("É@b.co"), "É@b.co");
}

TEST(Passwords, Have8To128Bytes) {
  EXPECT_EQ(check_password(""), Flaw::empty);
  EXPECT_EQ(check_password("kX9#qq2"), Flaw::too_short);
  EXPECT_EQ(check_password("kX9#qq2z"), Flaw::none);
  EXPECT_EQ(check_password("kX9#qq2z" + std::string(120, 'a')), Flaw::none);
  EXPECT_EQ(check_password("kX9#qq2z" + std::string(121, 'a')), Flaw::too_long);
  EXPECT_EQ(check_password(std::string_view("kX9\0qq2z", 8)), Flaw::not_text);
  EXPECT_EQ(check_password("kX9#qq2\xFF"), Flaw::not_text);
}

TEST(Passwords, TheMostCommonAreRefusedInAnyCase) {
  for (const std::string_view password : {"password", "Password1", "QWERTYUIOP", "12345678", "iloveyou", "trustno1",
                                          "zzzzzzzzzzzz", "        ", "zxcvbnm,"}) {
    EXPECT_EQ(check_password(password), Flaw::too_common) << password;
  }
  EXPECT_EQ(check_password("correct horse battery"), Flaw::none);
}

TEST(Contents, HaveUpTo16384CodePoints) {
  EXPECT_EQ(check_content("x"), Flaw::none);
  std::string content;
  for (std::size_t i = 0; i < kContentCodePointsMax; ++i) content += "\U0001F600";
  EXPECT_EQ(check_content(content), Flaw::none);
  EXPECT_EQ(check_content(content + "x"), Flaw::too_long);
  EXPECT_EQ(check_content(std::string(kContentCodePointsMax, 'x')), Flaw::none);
  EXPECT_EQ(check_content(std::string(kContentCodePointsMax + 1, 'x')), Flaw::too_long);
}

TEST(Contents, AreNeitherBlankNorHaveANul) {
  EXPECT_EQ(check_content(""), Flaw::empty);
  EXPECT_EQ(check_content(" \t\r\n\u0085\u2028\u3000"), Flaw::empty);
  EXPECT_EQ(check_content("\u200B"), Flaw::none) << "a zero-width space is no White_Space";
  EXPECT_EQ(check_content(std::string_view("a\0", 2)), Flaw::not_text);
  EXPECT_EQ(check_content("a\xC3"), Flaw::not_text);
  EXPECT_EQ(check_content("\n x \n"), Flaw::none);
}

// The whole of Unicode's White_Space, no more: a gap would let blank messages in, an excess would refuse letters.
TEST(Contents, WhiteSpaceIsUnicodes) {
  int found = 0;
  for (char32_t c = 1; c < 0x11'0000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    if (c < 0x80) {
      text = static_cast<char>(c);
    } else {
      const int tail = c < 0x800 ? 1 : c < 0x1'0000 ? 2 : 3;
      text += static_cast<char>((tail == 1 ? 0xC0U : tail == 2 ? 0xE0U : 0xF0U) | (c >> (6 * tail)));
      for (int i = tail - 1; i >= 0; --i) text += static_cast<char>(0x80U | ((c >> (6 * i)) & 0x3FU));
    }
    found += is_only_white_space(text) ? 1 : 0;
  }
  EXPECT_EQ(found, 25);
}

TEST(ClientIds, AreOneTo64PrintableAsciiCharacters) {
  EXPECT_EQ(check_client_id("x"), Flaw::none);
  EXPECT_EQ(check_client_id("a b~!"), Flaw::none);
  EXPECT_EQ(check_client_id(std::string(64, 'x')), Flaw::none);
  EXPECT_EQ(check_client_id(""), Flaw::empty);
  EXPECT_EQ(check_client_id(std::string(65, 'x')), Flaw::too_long);
  for (const std::string_view text : {"a\n", "\x7F", "é", "\x1F"})
    EXPECT_EQ(check_client_id(text), Flaw::not_printable);
}

TEST(Flaws, EachHasASentence) {
  EXPECT_EQ(to_sentence(Flaw::none), "");
  for (int flaw = 1; flaw <= static_cast<int>(Flaw::not_printable); ++flaw) {
    EXPECT_NE(to_sentence(static_cast<Flaw>(flaw)), "is not valid") << flaw;
    EXPECT_NE(to_sentence(static_cast<Flaw>(flaw)), "") << flaw;
  }
}

constexpr std::int64_t kNoonUnixUs = 1'732'708'800'000'000;  // 2024-11-27 12:00:00

TEST(Timestamps, AreIso8601WithoutZoneAndWithoutAFractionOfZero) {
  EXPECT_EQ(to_iso_8601(kNoonUnixUs), "2024-11-27T12:00:00");
  EXPECT_EQ(to_iso_8601(kNoonUnixUs + 123'456), "2024-11-27T12:00:00.123456");
  EXPECT_EQ(to_iso_8601(kNoonUnixUs + 1), "2024-11-27T12:00:00.000001");
  EXPECT_EQ(to_iso_8601(-1), "1969-12-31T23:59:59.999999");
}

TEST(Timestamps, InTheDatabaseHaveSqlAlchemysForm) {
  EXPECT_EQ(to_sql_text(kNoonUnixUs), "2024-11-27 12:00:00.000000");
  EXPECT_EQ(to_sql_text(kNoonUnixUs + 123'456), "2024-11-27 12:00:00.123456");
}

TEST(Timestamps, BothFormsAreRead) {
  EXPECT_EQ(parse_timestamp("2024-11-27 12:00:00.123456"), kNoonUnixUs + 123'456);
  EXPECT_EQ(parse_timestamp("2024-11-27T12:00:00"), kNoonUnixUs);
  EXPECT_EQ(parse_timestamp("2024-11-27 12:00:00.5"), kNoonUnixUs + 500'000);
  EXPECT_EQ(parse_timestamp("2024-02-29 00:00:00"), 1'709'164'800'000'000);
  for (const std::string_view text :
       {"", "2024-11-27", "2024-11-27 12:00", "2024-13-27 12:00:00", "2023-02-29 00:00:00", "2024-11-27 24:00:00",
        "2024-11-27 12:60:00", "2024-11-27 12:00:60", "2024-11-27 12:00:00.", "2024-11-27 12:00:00.1234567",
        "2024-11-27 12:00:00Z", "2024-11-27x12:00:00", "+024-11-27 12:00:00", "0000-11-27 12:00:00"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamps, OutOfRangeIsClamped) {
  EXPECT_EQ(to_iso_8601(INT64_MAX), "9999-12-31T23:59:59.999999");
  EXPECT_EQ(to_iso_8601(INT64_MIN), "0001-01-01T00:00:00");
}

TEST(Timestamps, EveryInstantComesBackFromItsText) {
  std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
  std::uniform_int_distribution<std::int64_t> instants(kTimestampUnixUsMin, kTimestampUnixUsMax);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t at = instants(random);
    EXPECT_EQ(parse_timestamp(to_iso_8601(at)), at);
    EXPECT_EQ(parse_timestamp(to_sql_text(at)), at);
  }
}

}  // namespace
}  // namespace parley::domain
