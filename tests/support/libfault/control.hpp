// What a test and the library preloaded into the program under test share: one file, mapped there, written and read by
// the test with plain file calls (tests/durability/support/faults.mjs knows the same offsets). Numbers are 64 bits wide
// in the byte order of the machine. Nothing here allocates, waits or takes a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace parley::libfault {

// Names the control file; without it every call goes through.
inline constexpr const char* kVariable = "LIBFAULT_CONTROL";
inline constexpr std::size_t kMatchBytes = 128;
inline constexpr std::size_t kRulesMax = 4;
inline constexpr std::size_t kRulesAt = 64;
inline constexpr std::size_t kRuleBytes = 256;

enum class Call : std::uint64_t {
  read = 1,       // read, pread, readv
  write = 2,      // write, pwrite, writev
  sync = 4,       // fsync, fdatasync
  truncate = 8,   // ftruncate
  open = 16,      // open, openat, creat
  name = 32,      // rename, link, unlink, remove
  allocate = 64,  // malloc, calloc, realloc, aligned_alloc: operator new too, through libstdc++
  accept = 128,   // accept4
};

// Beside an errno above 0.
inline constexpr std::int64_t kKill = 0;    // SIGKILL, before the call
inline constexpr std::int64_t kDelay = -1;  // the call goes through, and returns late

struct Rule {
  std::atomic<std::uint64_t> at;  // the first call that is struck, from 1; 0: none. Written last by the test
  std::uint64_t later;            // 1: all after it too
  std::uint64_t calls;            // bits of Call
  std::int64_t action;
  std::uint64_t delay_us;
  std::atomic<std::uint64_t> seen;    // calls that fit, while armed
  std::atomic<std::uint64_t> struck;  // of those
  // Part of the file's path (its end, with '$' behind it); for `allocate`, of the path of the object that calls
  // ("libsqlite3", "main"). Empty: all.
  char match[kMatchBytes];
};

struct Control {
  std::atomic<std::int64_t> clock_shift_us;  // what CLOCK_REALTIME is ahead; all other clocks tell the truth
  std::atomic<std::uint64_t> loaded;         // processes that mapped this
  char unused[kRulesAt - 2 * sizeof(std::uint64_t)];
  union {
    Rule rule;
    char bytes[kRuleBytes];
  } rules[kRulesMax];
};
static_assert(offsetof(Control, rules) == kRulesAt && sizeof(Rule) <= kRuleBytes);
static_assert(offsetof(Rule, match) == 7 * sizeof(std::uint64_t));

}  // namespace parley::libfault
