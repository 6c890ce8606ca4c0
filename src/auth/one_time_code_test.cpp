#include "parley/auth/one_time_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace parley::auth {
namespace {

bool is_same(const CodeDigest& one, const CodeDigest& other) {
  return one.lookup == other.lookup && is_same_check(one.check, other.check);
}

TEST(OneTimeCodes, AreFourGroupsThatAreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const OneTimeCode code = new_one_time_code();
    ASSERT_EQ(code.text.size(), 27U) << code.text;
    for (const std::size_t dash : {6U, 13U, 20U}) EXPECT_EQ(code.text[dash], '-') << code.text;
    EXPECT_EQ(code.text.find_first_of("ILOUilou"), std::string::npos) << code.text;
    EXPECT_TRUE(seen.insert(code.text).second);
    EXPECT_TRUE(seen.insert(code.digest.lookup).second);
  }
}

// All 120 bits are random: each sign takes each of its 32 values.
TEST(OneTimeCodes, UseEverySignAtEveryPlace) {
  std::array<std::set<char>, 27> at;
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = new_one_time_code().text;
    for (std::size_t place = 0; place < text.size(); ++place) at[place].insert(text[place]);
  }
  for (std::size_t place = 0; place < at.size(); ++place) {
    EXPECT_EQ(at[place].size(), place == 6 || place == 13 || place == 20 ? 1U : 32U) << place;
  }
}

// A code is read out over the telephone, or pasted with what stood around it.
TEST(OneTimeCodes, AreKnownHoweverTheyAreTyped) {
  const OneTimeCode code = new_one_time_code();
  std::string lower = code.text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c == '0' ? 'o' : c == '1' ? 'l' : c >= 'A' ? static_cast<char>(c + 32) : c;
  });
  std::string plain = code.text;
  std::erase(plain, '-');
  for (const std::string& typed : {code.text, lower, plain, " " + code.text + " "}) {
    const auto digest = digest_of_code(typed);
    ASSERT_TRUE(digest) << typed;
    EXPECT_TRUE(is_same(*digest, code.digest)) << typed;
  }
}

TEST(OneTimeCodes, OtherCodesHaveOtherDigestsAndOtherTextHasNone) {
  const OneTimeCode code = new_one_time_code();
  std::string other = code.text;
  other.back() = other.back() == '7' ? '8' : '7';
  EXPECT_FALSE(is_same(*digest_of_code(other), code.digest));
  for (const std::string& text : {std::string(), code.text.substr(1), code.text + "0", std::string(24, 'U'),
                                  std::string(24, '\0'), std::string(100'000, 'A')}) {
    EXPECT_FALSE(digest_of_code(text)) << text.size();
  }
  EXPECT_FALSE(is_same_check("abc", "abd"));
  EXPECT_FALSE(is_same_check("abc", "ab"));
}

}  // namespace
}  // namespace parley::auth
