#include "parley/auth/passwords.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::auth {
namespace {

const Argon2Cost kCheap{64, 1, 1};

TEST(Passwords, TheDefaultIsTheContractsArgon2id) {
  const PasswordHasher hasher;
  const std::string phc = hasher.hash("correct horse");
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_LE(phc.size(), 200U);
  EXPECT_TRUE(hasher.verify(phc, "correct horse"));
  EXPECT_FALSE(hasher.verify(phc, "correct horsf"));
}

TEST(Passwords, TwoHashesOfOnePasswordDiffer) {
  const PasswordHasher hasher(kCheap);
  EXPECT_NE(hasher.hash("same"), hasher.hash("same"));
}

TEST(Passwords, BytesAfterANulCount) {
  const PasswordHasher hasher(kCheap);
  const std::string password("password\0one", 12);
  const std::string phc = hasher.hash(password);
  EXPECT_TRUE(hasher.verify(phc, password));
  EXPECT_FALSE(hasher.verify(phc, std::string_view("password")));
  EXPECT_FALSE(hasher.verify(phc, std::string("password\0two", 12)));
}

// A vector of the argon2 tool: printf password | argon2 somesalt -id -t 2 -m 16 -p 1.
TEST(Passwords, HashesOfOtherCostsAndProgramsAreVerified) {
  const PasswordHasher hasher(kCheap);
  const std::string phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(hasher.verify(phc, "password"));
  EXPECT_FALSE(hasher.verify(phc, "Password"));
}

TEST(Passwords, TextThatIsNoArgon2idHashMatchesNothing) {
  const PasswordHasher hasher(kCheap);
  for (const std::string_view text :
       {"", "password", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=64,t=4000000000,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=64,t=1,p=1000$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=-1,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19$m=64,t=1,p=1$$c29tZXNhbHRzb21lc2FsdA", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ", "pbkdf2:sha256:600000$salt$00", "$2b$12$abcdefghijklmnopqrstuv"}) {
    EXPECT_FALSE(hasher.verify(text, "password")) << text;
    EXPECT_FALSE(hasher.verify(text, "")) << text;
    EXPECT_TRUE(hasher.needs_rehash(text)) << text;
  }
}

TEST(Passwords, TheDummyAlwaysSaysNo) { EXPECT_FALSE(PasswordHasher(kCheap).verify_dummy("anything")); }

TEST(Passwords, AnotherCostAsksForANewHash) {
  const PasswordHasher cheap(kCheap);
  const PasswordHasher dearer({128, 1, 1});
  EXPECT_FALSE(cheap.needs_rehash(cheap.hash("x")));
  EXPECT_TRUE(dearer.needs_rehash(cheap.hash("x")));
}

}  // namespace
}  // namespace parley::auth
