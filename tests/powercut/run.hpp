// One seeded run of a store on a SimDisk, and what power cuts in it left: images of every call, each judged; now and
// then the recovery from an image is cut as well.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "history.hpp"
#include "judge.hpp"
#include "sim_disk.hpp"
#include "workload.hpp"

namespace parley::powercut {

inline constexpr const char* kDatabase = "parley.db";

// The directory that resolves and holds the lock; nothing else of a database is ever in it.
class LockDirectory {
 public:
  LockDirectory();
  ~LockDirectory();
  LockDirectory(const LockDirectory&) = delete;
  LockDirectory& operator=(const LockDirectory&) = delete;
  std::filesystem::path database() const { return path_ / kDatabase; }

 private:
  std::filesystem::path path_;
};
Place place_on(SimDisk& disk, const LockDirectory& directory);
// What the original application left, complete on the disk.
Image original_image(const LockDirectory& directory);
std::vector<std::string> names_in(const Image& image);

enum class Kind : std::uint8_t { first_start, migration, sync_fails, disk_fills_up };
inline constexpr std::size_t kKinds = 4;
std::string_view to_string(Kind kind);
Kind kind_of(std::uint64_t seed);

struct Run {
  Kind kind = Kind::first_start;
  std::unique_ptr<SimDisk> disk;
  Ledger ledger;
  std::size_t opened_at = kNever;
  long faults = 0;
};
Run make_run(std::uint64_t seed, const LockDirectory& directory);

// Which image: `cut` calls of the run done, the n-th choice of what was there; in a recovery from it, once more.
struct ImageId {
  std::uint64_t run = 1;
  std::uint64_t cut = 0;
  std::uint64_t choice = 0;
  std::uint64_t cut_again = kNever;  // kNever: not in a recovery
  std::string text() const;
};

struct Tally {
  std::uint64_t runs = 0;
  std::uint64_t images = 0;
  std::array<std::uint64_t, kCallsKept + 1> by_call{};  // before which call the power went; the last: after all of them
  std::array<std::uint64_t, kKinds> by_kind{};
  std::uint64_t in_first_start = 0;
  std::uint64_t in_migration = 0;
  std::uint64_t old_schema = 0;
  std::uint64_t in_checkpoint = 0;
  std::uint64_t in_recovery = 0;
  std::uint64_t messages_told = 0;
  CutTally writes;
  void print() const;
};

// Cuts a run at every call, `choices` images each (one more in four recoveries). "" or the breach, with `failed` set.
// Stops when the tally has `most` images.
std::string cut_everywhere(std::uint64_t seed, unsigned choices, std::uint64_t most, const LockDirectory& directory,
                           Tally& tally, ImageId& failed);
// One image alone, with its story on standard output.
std::string replay(const ImageId& id, const LockDirectory& directory);

}  // namespace parley::powercut
