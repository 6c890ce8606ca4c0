// SIMULATION_SEED=s        plays that seed alone and tells what happens
// SIMULATION_SEEDS=n       plays n seeds
// SIMULATION_UPGRADES=n    plays until n runs had an upgrade
// SIMULATION_FIRST=f       the first of them (1); SIMULATION_STEP=k: every k-th (1), so that processes share the seeds
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "run.hpp"

namespace sio::simulation {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeedsByDefault = 2'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::uint64_t kSeedsByDefault = 2'000;
#else
constexpr std::uint64_t kSeedsByDefault = 100'000;
#endif
#else
constexpr std::uint64_t kSeedsByDefault = 100'000;
#endif

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// On a failure the seed and how it came to it, so that a log from elsewhere is enough.
void replay(std::uint64_t seed) {
  std::printf("---- what happened with seed %llu (again: SIMULATION_SEED=%llu build/dev/bin/simulation_test)\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
  Tally again;
  play(seed, true, again);
}

// Nothing lost, doubled, reordered or torn while a session lives; every session ends; no timer, request, connection or
// packet is left then.
TEST(Simulation, E3_NothingIsLostDoubledOrReorderedAndEverySessionEnds) {
  Tally tally;
  if (const std::uint64_t only = number_from_environment("SIMULATION_SEED", 0); only != 0) {
    EXPECT_EQ(play(only, true, tally), "");
    return;
  }
  const std::uint64_t first = number_from_environment("SIMULATION_FIRST", 1);
  const std::uint64_t step = number_from_environment("SIMULATION_STEP", 1);
  const std::uint64_t upgrades = number_from_environment("SIMULATION_UPGRADES", 0);
  const std::uint64_t seeds = number_from_environment("SIMULATION_SEEDS", kSeedsByDefault);
  const auto goes_on = [&](std::uint64_t played) {
    return upgrades == 0 ? played < seeds : static_cast<std::uint64_t>(tally.with_upgrade) < upgrades;
  };
  for (std::uint64_t i = 0; goes_on(i); ++i) {
    const std::uint64_t seed = first + i * step;
    const std::string breach = play(seed, false, tally);
    if (!breach.empty()) replay(seed);
    ASSERT_EQ(breach, "") << "replay with SIMULATION_SEED=" << seed;
  }
  std::printf("%s\n", tally.text().c_str());
  if (tally.runs < 1'000) return;
  const long share = tally.runs / 100;
  EXPECT_GT(tally.with_upgrade, 60 * share);
  EXPECT_GT(tally.upgrades.completed, 40 * share);
  EXPECT_GT(tally.upgrades.expired, 5 * share);
  EXPECT_GT(tally.upgrades.dropped, share);
  EXPECT_GT(tally.upgrades.cut, share);
  EXPECT_GT(tally.upgrades.refused, 5 * share);
  EXPECT_GT(tally.alive_at_rest, 20 * share);
  EXPECT_GT(tally.closed_on_purpose, 10 * share);
  for (const char* reason : {"slow consumer", "ping timeout", "transport close", "transport error", "forced close"}) {
    EXPECT_GT(tally.ends[reason], share / 10) << reason;
  }
}

}  // namespace
}  // namespace sio::simulation
