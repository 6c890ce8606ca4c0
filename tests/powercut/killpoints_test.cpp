// KILLPOINTS=n   kills at n points (a sample of 240 otherwise); KILLPOINTS_FIRST, KILLPOINTS_STEP: seeds, as
// POWERCUT_FIRST
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "fault_vfs.hpp"
#include "judge.hpp"
#include "run.hpp"

namespace parley::powercut {
namespace {

using store::FaultCall;
namespace fs = std::filesystem;

struct Kind {
  FaultCall call;
  const char* name;
};
constexpr std::array<Kind, 7> kKindsOfCall{{{FaultCall::open, "open"},
                                            {FaultCall::read, "read"},
                                            {FaultCall::write, "write"},
                                            {FaultCall::sync, "sync"},
                                            {FaultCall::truncate, "truncate"},
                                            {FaultCall::remove, "remove"},
                                            {FaultCall::names, "names"}}};

// The file system, with the points of fault_vfs.hpp in front of what the store does beside SQLite.
class KillingFiles final : public store::Files {
 public:
  Looked look(const fs::path& file) override { return real_.look(file); }
  std::ptrdiff_t read(const fs::path& file, std::uint64_t at, std::span<unsigned char> into) override {
    return real_.read(file, at, into);
  }
  bool create(const fs::path& file) override { return pass() && real_.create(file); }
  bool sync(const fs::path& file) override { return pass() && real_.sync(file); }
  bool sync_directory_of(const fs::path& file) override { return pass() && real_.sync_directory_of(file); }
  bool publish(const fs::path& part, const fs::path& target) override { return pass() && real_.publish(part, target); }
  bool remove(const fs::path& file) override { return pass() && real_.remove(file); }

 private:
  static bool pass() { return store::fault_vfs_detail::strike(FaultCall::names) == 0; }
  store::Files& real_ = store::real_files();
};

// What the child tells before it dies: the last transaction told, or a message's id and time.
struct Told {
  std::int64_t transaction = -1;
  std::int64_t id = 0;
  std::int64_t timestamp_unix_us = 0;
};

// In memory where there is such a file system: a kill loses nothing that was written, whatever it was written to.
fs::path fresh_directory() {
  std::error_code ignored;
  const fs::path memory = "/dev/shm";
  std::string pattern =
      ((access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path(ignored)) / "parley-kill-XXXXXX").string();
  return mkdtemp(pattern.data());
}

class KillPoints : public ::testing::Test {
 protected:
  void SetUp() override { store::register_fault_vfs(); }

  static bool migrates(std::uint64_t seed) { return seed % 3 == 0; }
  static WorkloadOptions workload_of(std::uint64_t seed) { return {.seed = seed, .steps = 8}; }
  static Ledger before(std::uint64_t seed) { return migrates(seed) ? original_ledger() : Ledger{}; }

  // What the same seed tells where nobody is killed. Times are those of another run.
  Ledger reference(std::uint64_t seed) const {
    SimDisk disk(migrates(seed) ? original_image(locks_) : Image{});
    Workload workload(place_on(disk, locks_), workload_of(seed), before(seed));
    workload.run();
    EXPECT_EQ(workload.ledger().breach, "");
    Ledger ledger = workload.ledger();
    for (KnownMessage& message : ledger.messages) message.any_timestamp = message.stored_by != 0;
    return ledger;
  }

  [[noreturn]] static void live(std::uint64_t seed, const fs::path& file, int descriptor) {
    KillingFiles files;
    Workload workload({file, store::kFaultVfs, &files}, workload_of(seed), before(seed));
    workload.set_on_told([descriptor](const service::CommittedBatch& batch, std::size_t transaction) {
      std::vector<Told> told;
      for (const service::Outcome& outcome : batch.outcomes) {
        if (const auto* stored = std::get_if<service::Stored>(&outcome)) {
          told.push_back({-1, stored->message.id.value, stored->message.timestamp_unix_us.value_or(0)});
        }
      }
      told.push_back({static_cast<std::int64_t>(transaction), 0, 0});
      const auto bytes = static_cast<ssize_t>(told.size() * sizeof(Told));
      if (write(descriptor, told.data(), static_cast<std::size_t>(bytes)) != bytes) _exit(2);
    });
    workload.run();
    _exit(workload.ledger().breach.empty() ? 0 : 3);
  }

  // One point. False: the workload ended before the k-th such call.
  bool kill_at(std::uint64_t seed, FaultCall call, long k, const Ledger& nobody_killed) {
    const fs::path directory = fresh_directory();
    const fs::path file = directory / kDatabase;
    if (migrates(seed)) std::ofstream(file, std::ios::binary) << original_image(locks_).at(kDatabase);
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      store::fault_plan.arm(call, k, 0);
      live(seed, file, ends[1]);
    }
    close(ends[1]);
    Ledger ledger = nobody_killed;
    std::size_t last = 0;
    Told told;
    while (read(ends[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {
      if (told.transaction >= 0) last = static_cast<std::size_t>(told.transaction);
      for (KnownMessage& message : ledger.messages) {
        if (told.transaction >= 0 || message.id != told.id) continue;
        message.any_timestamp = false;
        message.timestamp_unix_us = told.timestamp_unix_us;
      }
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) != 3) << "the run broke a promise before it was killed";
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << WEXITSTATUS(status);
    judge_what_is_left(seed, file, ledger, last);
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    return WIFSIGNALED(status);
  }

  // By another process's eyes: SQLite's own VFS, the file system.
  void judge_what_is_left(std::uint64_t seed, const fs::path& file, const Ledger& ledger, std::size_t told) {
    const Place place{file, nullptr, nullptr};
    if (migrates(seed)) {
      std::vector<std::string> names;
      for (const auto& entry : fs::directory_iterator(file.parent_path())) names.push_back(entry.path().filename());
      bool migrated = false;
      EXPECT_EQ(judge_migration(place, original_ledger(), names, migrated), "");
      EXPECT_TRUE(migrated || told == 0) << "told by a migrated database, and it is the old one";
    }
    EXPECT_EQ(judge(place, ledger, told, Random(seed)), "");
  }

  const LockDirectory locks_;
};

// F1: killed at any call that the store makes of the file system, in the first start, a migration, at work, in
// checkpoints, while it stops: what it told is there.
TEST_F(KillPoints, F1_KilledAtAnyCallEverythingToldIsThereOnce) {
  const char* wanted = std::getenv("KILLPOINTS");
  const char* first = std::getenv("KILLPOINTS_FIRST");
  const char* step = std::getenv("KILLPOINTS_STEP");
  const long most = wanted != nullptr ? std::strtol(wanted, nullptr, 10) : 240;
  std::array<long, kKindsOfCall.size()> points{};
  long in_all = 0;
  for (std::uint64_t seed = first != nullptr ? std::strtoull(first, nullptr, 10) : 1; in_all < most;
       seed += step != nullptr ? std::strtoull(step, nullptr, 10) : 1) {
    const Ledger nobody_killed = reference(seed);
    for (std::size_t kind = 0; kind < kKindsOfCall.size() && in_all < most; ++kind) {
      Random random = Random::of({seed, kind});
      for (long k = 1; in_all < most;) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", " + kKindsOfCall.at(kind).name + " " + std::to_string(k));
        const bool killed = kill_at(seed, kKindsOfCall.at(kind).call, k, nobody_killed);
        ASSERT_FALSE(HasFailure());
        if (!killed) break;
        ++points.at(kind);
        ++in_all;
        // All of them in a full run; else some of each kind.
        k += wanted != nullptr ? 1 : 1 + static_cast<long>(random.below(2 + static_cast<std::uint64_t>(k)));
      }
    }
  }
  std::printf("killed at %ld points:", in_all);
  for (std::size_t kind = 0; kind < kKindsOfCall.size(); ++kind) {
    std::printf(" %ld %s", points.at(kind), kKindsOfCall.at(kind).name);
  }
  std::printf("\n");
}

}  // namespace
}  // namespace parley::powercut
