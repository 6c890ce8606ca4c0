#include "sim_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <utility>

namespace parley::powercut {
namespace {

struct File {
  sqlite3_file base;
  SimDisk* disk;
  std::shared_ptr<Node> node;
  std::string name;
  int level;                   // SQLITE_LOCK_…
  bool directory_due;          // a journal or log: its first sync includes the directory, as SQLite's own VFS does
  bool maps;                   // shared memory
  std::uint32_t shares, owns;  // locks of the shared memory, as bits
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
SimDisk& disk_of(sqlite3_vfs* vfs) { return *static_cast<SimDisk*>(vfs->pAppData); }

std::string short_name(const char* name) {
  const std::string_view path(name);
  return std::string(path.substr(path.rfind('/') + 1));
}

int no_control(sqlite3_file* /*file*/, int /*op*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file* /*file*/) { return 4'096; }
// As SQLite assumes on Linux: a write that is cut off spoils nothing beside what it was to write.
int characteristics(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int wait(sqlite3_vfs* /*vfs*/, int microseconds) {
  std::this_thread::yield();
  return microseconds;
}

const sqlite3_io_methods kMethods{
    2,
    SimVfs::close,
    SimVfs::read,
    SimVfs::write,
    SimVfs::truncate,
    SimVfs::sync,
    SimVfs::size,
    SimVfs::lock,
    SimVfs::unlock,
    SimVfs::check_reserved,
    no_control,
    sector_size,
    characteristics,
    SimVfs::map,
    SimVfs::lock_shared,
    SimVfs::barrier,
    SimVfs::unmap,
    nullptr,
    nullptr,
};

}  // namespace

sqlite3_vfs SimVfs::make(SimDisk& disk, const char* name) {
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);  // for randomness and the time of day
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(File);
  vfs.mxPathname = 512;
  vfs.pNext = nullptr;
  vfs.zName = name;
  vfs.pAppData = &disk;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_name;
  vfs.xSleep = wait;
  return vfs;
}

int SimVfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  SimDisk& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex_);
  file->pMethods = nullptr;
  const std::string called = name == nullptr ? std::string() : short_name(name);
  std::shared_ptr<Node> node = name == nullptr ? std::make_shared<Node>() : disk.find(called);
  const bool creates = !node && (flags & SQLITE_OPEN_CREATE) != 0;
  if (const int code = disk.strike(creates ? Call::create : Call::open); code != SQLITE_OK) return SQLITE_CANTOPEN;
  if (!node && !creates) return SQLITE_CANTOPEN;
  if (name == nullptr) node->kept = false;
  if (creates) {
    node = disk.make(called);
    disk.keep({.call = Call::create, .file = node->number, .name = called});
  }
  const bool journal = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  new (file) File{{&kMethods},
                  &disk,
                  std::move(node),
                  called,
                  SQLITE_LOCK_NONE,
                  journal && (flags & SQLITE_OPEN_CREATE) != 0,
                  false,
                  0,
                  0};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int SimVfs::remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  SimDisk& disk = disk_of(vfs);
  {
    const std::lock_guard lock(disk.mutex_);
    if (!disk.find(short_name(name))) return SQLITE_IOERR_DELETE_NOENT;
  }
  if (!disk.remove(name)) return SQLITE_IOERR_DELETE;
  return sync_directory != 0 && !disk.sync_directory_of(name) ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK;
}

int SimVfs::access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  SimDisk& disk = disk_of(vfs);
  const std::lock_guard lock(disk.mutex_);
  if (const int code = disk.strike(Call::access); code != SQLITE_OK) return code;
  const auto node = disk.find(short_name(name));
  // As SQLite's own VFS: an empty file does not exist for whoever asks whether there is a journal.
  *out = node && (flags != SQLITE_ACCESS_EXISTS || !node->bytes.empty()) ? 1 : 0;
  return SQLITE_OK;
}

int SimVfs::full_name(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int SimVfs::close(sqlite3_file* file) {
  unmap(file, 0);
  unlock(file, SQLITE_LOCK_NONE);
  of(file).~File();
  return SQLITE_OK;
}

int SimVfs::read(sqlite3_file* file, void* into, int count, sqlite3_int64 at) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  if (const int code = mine.disk->strike(Call::read); code != SQLITE_OK) return code;
  const std::string& bytes = mine.node->bytes;
  const auto wanted = static_cast<std::size_t>(count);
  const auto from = std::min(static_cast<std::size_t>(at), bytes.size());
  const std::size_t got = std::min(wanted, bytes.size() - from);
  std::memcpy(into, bytes.data() + from, got);
  if (got == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + got, 0, wanted - got);
  return SQLITE_IOERR_SHORT_READ;
}

int SimVfs::write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  const int code = mine.disk->strike(Call::write);
  // A write that fails has still done half of it.
  const std::size_t done = static_cast<std::size_t>(count) / (code == SQLITE_OK ? 1 : 2);
  const auto offset = static_cast<std::size_t>(at);
  std::string& bytes = mine.node->bytes;
  if (bytes.size() < offset + done) bytes.resize(offset + done);
  std::memcpy(bytes.data() + offset, from, done);
  if (mine.node->kept) {
    mine.disk->keep({.call = Call::write,
                     .failed = code != SQLITE_OK,
                     .file = mine.node->number,
                     .name = mine.name,
                     .at = offset,
                     .bytes = std::string(static_cast<const char*>(from), done)});
  }
  return code;
}

int SimVfs::truncate(sqlite3_file* file, sqlite3_int64 size) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  if (const int code = mine.disk->strike(Call::truncate); code != SQLITE_OK) return code;
  mine.node->bytes.resize(static_cast<std::size_t>(size));
  if (mine.node->kept) {
    mine.disk->keep(
        {.call = Call::truncate, .file = mine.node->number, .name = mine.name, .at = static_cast<std::uint64_t>(size)});
  }
  return SQLITE_OK;
}

int SimVfs::sync(sqlite3_file* file, int /*flags*/) {
  File& mine = of(file);
  {
    const std::lock_guard lock(mine.disk->mutex_);
    const int code = mine.disk->strike(Call::sync);
    if (mine.node->kept) {
      mine.disk->keep({.call = Call::sync, .failed = code != SQLITE_OK, .file = mine.node->number, .name = mine.name});
    }
    if (code != SQLITE_OK) return code;
  }
  if (!mine.directory_due) return SQLITE_OK;
  mine.directory_due = false;
  // SQLite's own VFS takes no notice if this fails.
  mine.disk->sync_directory_of(mine.name);
  return SQLITE_OK;
}

int SimVfs::size(sqlite3_file* file, sqlite3_int64* out) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  if (const int code = mine.disk->strike(Call::size); code != SQLITE_OK) return code;
  *out = static_cast<sqlite3_int64>(mine.node->bytes.size());
  return SQLITE_OK;
}

int SimVfs::lock(sqlite3_file* file, int level) {
  File& mine = of(file);
  if (mine.level >= level) return SQLITE_OK;
  const std::lock_guard lock(mine.disk->mutex_);
  if (const int code = mine.disk->strike(Call::lock); code != SQLITE_OK) return code;
  Node& node = *mine.node;
  const auto of_another = [&](const void* holder) { return holder != nullptr && holder != &mine; };
  if (mine.level == SQLITE_LOCK_NONE) {
    if (of_another(node.exclusive) || of_another(node.pending)) return SQLITE_BUSY;
    ++node.shared;
    mine.level = SQLITE_LOCK_SHARED;
  }
  if (level == SQLITE_LOCK_SHARED) return SQLITE_OK;
  if (of_another(node.reserved) || of_another(node.pending)) return SQLITE_BUSY;
  if (level == SQLITE_LOCK_RESERVED) {
    node.reserved = &mine;
    mine.level = SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
  }
  node.pending = &mine;
  mine.level = SQLITE_LOCK_PENDING;
  if (node.shared > 1) return SQLITE_BUSY;
  node.exclusive = &mine;
  mine.level = SQLITE_LOCK_EXCLUSIVE;
  return SQLITE_OK;
}

int SimVfs::unlock(sqlite3_file* file, int level) {
  File& mine = of(file);
  if (mine.level <= level) return SQLITE_OK;
  const std::lock_guard lock(mine.disk->mutex_);
  Node& node = *mine.node;
  for (const void** holder : {&node.reserved, &node.pending, &node.exclusive}) {
    if (*holder == &mine) *holder = nullptr;
  }
  if (level == SQLITE_LOCK_NONE) --node.shared;
  mine.level = level;
  return SQLITE_OK;
}

int SimVfs::check_reserved(sqlite3_file* file, int* out) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  *out = mine.node->reserved != nullptr || mine.node->pending != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int SimVfs::map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  *out = nullptr;
  if (const int code = mine.disk->strike(Call::shared_memory); code != SQLITE_OK) return code;
  Node& node = *mine.node;
  if (!std::exchange(mine.maps, true)) ++node.mapped;
  const auto wanted = static_cast<std::size_t>(region);
  if (wanted >= node.regions.size() && extend == 0) return SQLITE_OK;
  while (wanted >= node.regions.size()) {
    node.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  *out = node.regions[wanted].get();
  return SQLITE_OK;
}

int SimVfs::lock_shared(sqlite3_file* file, int first, int count, int flags) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  auto& locks = mine.node->shared_memory_locks;
  const auto begin = static_cast<std::size_t>(first);
  const auto end = begin + static_cast<std::size_t>(count);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  std::uint32_t& held = exclusive ? mine.owns : mine.shares;
  const bool unlocks = (flags & SQLITE_SHM_UNLOCK) != 0;
  for (std::size_t i = begin; i < end && !unlocks; ++i) {
    if ((held & (1U << i)) != 0) continue;
    if (exclusive ? locks.at(i) != 0 : locks.at(i) < 0) return SQLITE_BUSY;
  }
  for (std::size_t i = begin; i < end; ++i) {
    const bool has = (held & (1U << i)) != 0;
    if (has != unlocks) continue;
    held ^= 1U << i;
    if (exclusive) {
      locks.at(i) = unlocks ? 0 : -1;
    } else {
      locks.at(i) += unlocks ? -1 : 1;
    }
  }
  return SQLITE_OK;
}

void SimVfs::barrier(sqlite3_file* file) { const std::lock_guard lock(of(file).disk->mutex_); }

int SimVfs::unmap(sqlite3_file* file, int /*remove*/) {
  File& mine = of(file);
  const std::lock_guard lock(mine.disk->mutex_);
  if (!std::exchange(mine.maps, false)) return SQLITE_OK;
  // Whoever is the last one leaves nothing: the next one builds the index of the log anew.
  if (--mine.node->mapped == 0) mine.node->regions.clear();
  return SQLITE_OK;
}

}  // namespace parley::powercut
