// A directory in memory, for one database: an SQLite VFS and the store's Files over it. It shows what the kernel would
// show, keeps every call that changes something, so that it can be told afterwards what a power cut may have left
// (history.hpp), and fails the k-th call of some kinds on request. What SQLite expects of several connections of one
// process is there: file locks, the shared memory of the write-ahead log. Any thread.
#pragma once

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "parley/store_sqlite/files.hpp"

namespace parley::powercut {

// Names without their directory → contents.
using Image = std::map<std::string, std::string>;

enum class Call : std::uint8_t {
  create,  // an open that makes a file
  write,
  truncate,
  sync,
  remove,
  rename,
  sync_directory,  // up to here: what changes something, and is kept
  open,
  read,
  size,
  access,
  lock,
  shared_memory,
};
inline constexpr std::size_t kCalls = 13;
inline constexpr std::size_t kCallsKept = 7;
std::string_view to_string(Call call);
constexpr std::uint32_t bit(Call call) { return 1U << static_cast<unsigned>(call); }

// A call that changed something, or tried to.
struct Op {
  Call call = Call::write;
  bool failed = false;
  std::size_t file = 0;  // stays the same when it is renamed
  std::string name{};    // as it was called then
  std::string other{};   // rename: the new name
  std::uint64_t at = 0;  // write: where; truncate: the new size
  std::string bytes{};   // write: what
};

// Which call fails, and how.
struct Fault {
  std::uint32_t calls = 0;  // bit()s of those that count
  long at = 0;              // the first that fails, from 1; 0: none does
  bool and_after = false;   // all later ones too
  int code = SQLITE_IOERR;  // or SQLITE_FULL, SQLITE_NOMEM; more exactly where SQLite has a code for the call
};

// One file, as the kernel shows it. Locks and shared memory go with it.
struct Node {
  std::size_t number = 0;
  bool kept = true;  // false: a temporary file without a name
  std::string bytes;
  int shared = 0;  // connections with SQLITE_LOCK_SHARED or more
  const void* reserved = nullptr;
  const void* pending = nullptr;
  const void* exclusive = nullptr;
  static constexpr std::size_t kSharedMemoryLocks = 8;
  std::vector<std::unique_ptr<char[]>> regions;
  int mapped = 0;                                             // connections
  std::array<int, kSharedMemoryLocks> shared_memory_locks{};  // -1: exclusive, else how many share it
};

class SimDisk final : public store::Files {
 public:
  explicit SimDisk(Image image = {});
  ~SimDisk() override;
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // Registered with SQLite for as long as the disk lives.
  const char* vfs() const { return vfs_.zName; }

  const Image& before() const { return before_; }      // as it was given: all on stable storage
  const std::vector<Op>& ops() const { return ops_; }  // while nobody uses the disk
  std::size_t ops_so_far() const;
  Image contents() const;  // as the kernel shows it now

  void plan(const Fault& fault);
  long faults() const;  // how many calls failed as planned

  Looked look(const std::filesystem::path& file) override;
  std::ptrdiff_t read(const std::filesystem::path& file, std::uint64_t at, std::span<unsigned char> into) override;
  bool create(const std::filesystem::path& file) override;
  bool sync(const std::filesystem::path& file) override;
  bool sync_directory_of(const std::filesystem::path& file) override;
  bool publish(const std::filesystem::path& part, const std::filesystem::path& target) override;
  bool remove(const std::filesystem::path& file) override;

 private:
  friend struct SimVfs;
  // With mutex_ held. A code other than SQLITE_OK: the call fails as planned.
  int strike(Call call);
  void keep(Op op);
  std::shared_ptr<Node> find(const std::string& name) const;
  std::shared_ptr<Node> make(const std::string& name);

  const Image before_;
  const std::string vfs_name_;
  sqlite3_vfs vfs_{};
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> names_;
  std::size_t nodes_ = 0;
  std::vector<Op> ops_;
  Fault fault_;
  long seen_ = 0;
  long failed_ = 0;
};

}  // namespace parley::powercut
