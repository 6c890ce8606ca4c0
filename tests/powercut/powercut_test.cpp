// POWERCUT_IMAGE=run:cut:choice[:cut]  judges that image alone and tells its story
// POWERCUT_IMAGES=n                    judges n images
// POWERCUT_CHOICES=n                   images of each call
// POWERCUT_FIRST=f                     the first seed (1); POWERCUT_STEP=k: every k-th (1), so that processes share
// them
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "run.hpp"

namespace parley::powercut {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kImagesByDefault = 600;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::uint64_t kImagesByDefault = 600;
#else
constexpr std::uint64_t kImagesByDefault = 10'000;
#endif
#else
constexpr std::uint64_t kImagesByDefault = 10'000;
#endif

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

ImageId parse(const std::string& text) {
  std::istringstream in(text);
  ImageId id;
  char colon = 0;
  in >> id.run >> colon >> id.cut >> colon >> id.choice;
  if (!(in >> colon >> id.cut_again)) id.cut_again = kNever;
  return id;
}

// Guarantee 1: what was told survives whatever a disk that keeps its promises leaves.
TEST(PowerCut, F2_EverythingToldIsThereOnceAfterAPowerCutAtAnyCall) {
  const LockDirectory directory;
  if (const char* only = std::getenv("POWERCUT_IMAGE"); only != nullptr) {
    EXPECT_EQ(replay(parse(only), directory), "");
    return;
  }
  const std::uint64_t most = number_from_environment("POWERCUT_IMAGES", kImagesByDefault);
  const std::uint64_t step = number_from_environment("POWERCUT_STEP", 1);
  const auto choices = static_cast<unsigned>(number_from_environment("POWERCUT_CHOICES", 2));
  Tally tally;
  for (std::uint64_t seed = number_from_environment("POWERCUT_FIRST", 1); tally.images < most; seed += step) {
    ImageId failed;
    const std::string wrong = cut_everywhere(seed, choices, most, directory, tally, failed);
    if (!wrong.empty()) {
      std::printf("---- what happened with image %s (again: POWERCUT_IMAGE=%s build/release/bin/powercut_test)\n",
                  failed.text().c_str(), failed.text().c_str());
      replay(failed, directory);
    }
    ASSERT_EQ(wrong, "") << "replay with POWERCUT_IMAGE=" << failed.text();
  }
  tally.print();
}

// Images of the full run that showed something which the sample does not reach.
TEST(PowerCut, F2_AnImageThatOnceFailedIsJudgedAlone) {
  const LockDirectory directory;
  // Two cuts in the first start: an empty file, and a log that is a head and nothing else.
  EXPECT_EQ(replay({43, 15, 14, 5}, directory), "");
  // Frames of a transaction that was never told, behind the last commit: the next one begins with the same page.
  EXPECT_EQ(replay({40, 976, 1, 5}, directory), "");
}

}  // namespace
}  // namespace parley::powercut
