// An SQLite VFS for tests: the default one, but the k-th call of some kind fails, or the process dies there. Register
// it once, open a database with the name kFaultVfs, then arm the plan. One plan a process.
#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <string_view>

namespace parley::store {

inline constexpr const char* kFaultVfs = "parley-faults";

// names: of files, beside SQLite's own calls (store::Files: making, renaming, removing, synchronising a directory).
enum class FaultCall : std::uint32_t {
  open = 1,
  read = 2,
  write = 4,
  sync = 8,
  truncate = 16,
  remove = 32,
  names = 64
};
constexpr FaultCall operator|(FaultCall a, FaultCall b) {
  return static_cast<FaultCall>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

struct FaultPlan {
  std::atomic<std::uint32_t> calls{0};  // which kinds count
  std::atomic<long> at{0};              // the first call that fails, from 1; 0: none does
  std::atomic<bool> and_after{false};   // all later ones too
  std::atomic<int> code{SQLITE_IOERR};  // how; 0: the process is killed
  std::atomic<long> seen{0};
  std::atomic<long> failed{0};

  void arm(FaultCall kinds, long first, int how, bool later = false) {
    calls = static_cast<std::uint32_t>(kinds);
    code = how;
    and_after = later;
    seen = 0;
    failed = 0;
    at = first;
  }
  void disarm() { at = 0; }
};
inline FaultPlan fault_plan;

namespace fault_vfs_detail {

struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

inline sqlite3_vfs* real_vfs = nullptr;

inline sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

// 0: go on.
inline int strike(FaultCall call) {
  const long at = fault_plan.at;
  if (at == 0 || (fault_plan.calls & static_cast<std::uint32_t>(call)) == 0) return 0;
  const long seen = ++fault_plan.seen;
  if (seen != at && !(fault_plan.and_after && seen > at)) return 0;
  ++fault_plan.failed;
  if (fault_plan.code == 0) kill(getpid(), SIGKILL);
  return fault_plan.code;
}

inline int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
inline int read(sqlite3_file* f, void* into, int count, sqlite3_int64 at) {
  const int code = strike(FaultCall::read);
  return code != 0 ? code : real(f)->pMethods->xRead(real(f), into, count, at);
}
inline int write(sqlite3_file* f, const void* from, int count, sqlite3_int64 at) {
  const int code = strike(FaultCall::write);
  return code != 0 ? code : real(f)->pMethods->xWrite(real(f), from, count, at);
}
inline int truncate(sqlite3_file* f, sqlite3_int64 size) {
  const int code = strike(FaultCall::truncate);
  return code != 0 ? code : real(f)->pMethods->xTruncate(real(f), size);
}
inline int sync(sqlite3_file* f, int flags) {
  const int code = strike(FaultCall::sync);
  return code != 0 ? code : real(f)->pMethods->xSync(real(f), flags);
}
inline int file_size(sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); }
inline int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
inline int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
inline int check_lock(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
inline int control(sqlite3_file* f, int op, void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
inline int sector_size(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
inline int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
inline int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
inline int shm_lock(sqlite3_file* f, int at, int count, int flags) {
  return real(f)->pMethods->xShmLock(real(f), at, count, flags);
}
inline void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
inline int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

inline const sqlite3_io_methods kMethods{
    2,         close,      read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,    nullptr};

inline int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* mine = reinterpret_cast<File*>(file);
  mine->base.pMethods = nullptr;
  mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
  if (const int code = strike(FaultCall::open); code != 0) return SQLITE_CANTOPEN;
  const int code = real_vfs->xOpen(real_vfs, name, mine->real, flags, out_flags);
  if (code == SQLITE_OK) mine->base.pMethods = &kMethods;
  return code;
}

inline int remove(sqlite3_vfs* /*vfs*/, const char* name, int sync_directory) {
  const int code = strike(FaultCall::remove);
  return code != 0 ? code : real_vfs->xDelete(real_vfs, name, sync_directory);
}

}  // namespace fault_vfs_detail

inline void register_fault_vfs() {
  static sqlite3_vfs vfs = [] {
    fault_vfs_detail::real_vfs = sqlite3_vfs_find(nullptr);
    sqlite3_vfs copy = *fault_vfs_detail::real_vfs;
    copy.zName = kFaultVfs;
    copy.szOsFile += static_cast<int>(sizeof(fault_vfs_detail::File));
    copy.xOpen = fault_vfs_detail::open;
    copy.xDelete = fault_vfs_detail::remove;
    copy.pNext = nullptr;
    return copy;
  }();
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace parley::store
