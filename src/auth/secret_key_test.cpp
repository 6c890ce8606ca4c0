#include "parley/auth/secret_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "parley/auth/base64url.hpp"
#include "parley/auth/random.hpp"

namespace parley::auth {
namespace {

class SecretKeyFile : public ::testing::Test {
 protected:
  SecretKeyFile() : directory_(std::filesystem::temp_directory_path() / ("parley-key-" + random_id(8))) {
    std::filesystem::create_directory(directory_);
  }
  ~SecretKeyFile() override { std::filesystem::remove_all(directory_); }
  void write(std::string_view bytes) const { std::ofstream(file(), std::ios::binary) << bytes; }
  std::filesystem::path file() const { return directory_ / "jwt.key"; }

  std::filesystem::path directory_;
};

TEST_F(SecretKeyFile, IsMadeOnceWithMode0600AndThenKept) {
  const auto made = load_or_create_secret_key(file());
  ASSERT_TRUE(made.ok());
  EXPECT_GE(made->bytes().size(), kSecretKeyBytesMin);
  struct stat info{};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const auto again = load_or_create_secret_key(file());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->bytes(), made->bytes());
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_)) ++files;
  EXPECT_EQ(files, 1U);
}

TEST_F(SecretKeyFile, CountsWithItsBytesAsTheyAre) {
  const std::string bytes = std::string(31, 'k') + "\n";
  write(bytes);
  const auto key = load_or_create_secret_key(file());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->bytes(), bytes);
}

TEST_F(SecretKeyFile, OfUnder32BytesIsRefusedAndLeftAlone) {
  write(std::string(31, 'k'));
  const auto key = load_or_create_secret_key(file());
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error(), KeyError::too_short);
  EXPECT_EQ(std::filesystem::file_size(file()), 31U);
}

TEST_F(SecretKeyFile, OfOver64KiBIsRefused) {
  write(std::string(kSecretKeyBytesMax + 1, 'k'));
  const auto key = load_or_create_secret_key(file());
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error(), KeyError::too_long);
}

TEST_F(SecretKeyFile, ThatIsADirectoryIsUnreadable) {
  std::filesystem::create_directory(file());
  const auto key = load_or_create_secret_key(file());
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error(), KeyError::unreadable);
}

TEST_F(SecretKeyFile, InADirectoryThatIsNotThereCannotBeCreated) {
  const auto key = load_or_create_secret_key(directory_ / "absent" / "jwt.key");
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error(), KeyError::cannot_create);
}

TEST_F(SecretKeyFile, IsTheSameForAllWhoStartAtOnce) {
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto& key : keys) {
    threads.emplace_back([&] { key = load_or_create_secret_key(file()).value().bytes(); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
}

TEST(Base64Url, OneTextForEveryBytesAndBack) {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "\xFF\xFE\xFD"}) {
    const auto back = base64url_decode(base64url_encode(bytes));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, bytes);
  }
  EXPECT_EQ(base64url_encode("foob"), "Zm9vYg");
  EXPECT_EQ(base64url_encode("\xFF\xFE\xFD"), "__79");
}

TEST(Base64Url, PaddingForeignCharactersAndLooseBitsAreRefused) {
  for (const std::string_view text : {"Zg==", "Zg=", "Z", "Zh", "Zm9vYh", "__7+", "Zm 9", "Zm9\n"}) {
    EXPECT_FALSE(base64url_decode(text).has_value()) << text;
  }
}

TEST(RandomIds, Have22CharactersAndDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    EXPECT_EQ(id.size(), 22U);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace parley::auth
