#include "sim_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sim_vfs.hpp"

namespace parley::powercut {
namespace {

std::string vfs_name() {
  static std::atomic<unsigned> disks{0};
  return "parley-simfs-" + std::to_string(++disks);
}

std::string name_of(const std::filesystem::path& file) { return file.filename().string(); }

}  // namespace

std::string_view to_string(Call call) {
  constexpr std::array<std::string_view, kCalls> kNames{"create", "write",          "truncate",     "sync", "remove",
                                                        "rename", "sync directory", "open",         "read", "size",
                                                        "access", "lock",           "shared memory"};
  return kNames.at(static_cast<std::size_t>(call));
}

SimDisk::SimDisk(Image image) : before_(std::move(image)), vfs_name_(vfs_name()) {
  for (const auto& [name, bytes] : before_) make(name)->bytes = bytes;
  vfs_ = SimVfs::make(*this, vfs_name_.c_str());
  sqlite3_vfs_register(&vfs_, 0);
}

SimDisk::~SimDisk() { sqlite3_vfs_unregister(&vfs_); }

std::size_t SimDisk::ops_so_far() const {
  const std::lock_guard lock(mutex_);
  return ops_.size();
}

Image SimDisk::contents() const {
  const std::lock_guard lock(mutex_);
  Image image;
  for (const auto& [name, node] : names_) image[name] = node->bytes;
  return image;
}

void SimDisk::plan(const Fault& fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  seen_ = 0;
  failed_ = 0;
}

long SimDisk::faults() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

int SimDisk::strike(Call call) {
  if (fault_.at == 0 || (fault_.calls & bit(call)) == 0) return SQLITE_OK;
  ++seen_;
  if (seen_ != fault_.at && !(fault_.and_after && seen_ > fault_.at)) return SQLITE_OK;
  ++failed_;
  errno = fault_.code == SQLITE_FULL ? ENOSPC : EIO;
  if (fault_.code != SQLITE_IOERR) return fault_.code;
  switch (call) {
    case Call::create:
    case Call::open:
      return SQLITE_CANTOPEN;
    case Call::write:
      return SQLITE_IOERR_WRITE;
    case Call::truncate:
      return SQLITE_IOERR_TRUNCATE;
    case Call::sync:
      return SQLITE_IOERR_FSYNC;
    case Call::remove:
      return SQLITE_IOERR_DELETE;
    case Call::sync_directory:
      return SQLITE_IOERR_DIR_FSYNC;
    case Call::read:
      return SQLITE_IOERR_READ;
    case Call::size:
      return SQLITE_IOERR_FSTAT;
    case Call::access:
      return SQLITE_IOERR_ACCESS;
    case Call::lock:
      return SQLITE_IOERR_LOCK;
    case Call::shared_memory:
      return SQLITE_IOERR_SHMMAP;
    case Call::rename:
      break;
  }
  return SQLITE_IOERR;
}

void SimDisk::keep(Op op) { ops_.push_back(std::move(op)); }

std::shared_ptr<Node> SimDisk::find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

std::shared_ptr<Node> SimDisk::make(const std::string& name) {
  auto node = std::make_shared<Node>();
  node->number = nodes_++;
  names_[name] = node;
  return node;
}

store::Files::Looked SimDisk::look(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  const auto node = find(name_of(file));
  if (!node) return {};
  return {Kind::regular, node->bytes.size()};
}

std::ptrdiff_t SimDisk::read(const std::filesystem::path& file, std::uint64_t at, std::span<unsigned char> into) {
  const std::lock_guard lock(mutex_);
  const auto node = find(name_of(file));
  if (strike(Call::read) != SQLITE_OK || !node) return -1;
  const std::size_t from = std::min<std::size_t>(at, node->bytes.size());
  const std::size_t count = std::min(into.size(), node->bytes.size() - from);
  std::memcpy(into.data(), node->bytes.data() + from, count);
  return static_cast<std::ptrdiff_t>(count);
}

bool SimDisk::create(const std::filesystem::path& file) {
  const std::string name = name_of(file);
  {
    const std::lock_guard lock(mutex_);
    if (strike(Call::create) != SQLITE_OK) return false;
    if (!find(name)) {
      const auto node = make(name);
      keep({.call = Call::create, .file = node->number, .name = name});
    }
  }
  return sync(file) && sync_directory_of(file);
}

bool SimDisk::sync(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  const std::string name = name_of(file);
  const auto node = find(name);
  if (!node) return false;
  const bool good = strike(Call::sync) == SQLITE_OK;
  keep({.call = Call::sync, .failed = !good, .file = node->number, .name = name});
  return good;
}

bool SimDisk::sync_directory_of(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  const bool good = strike(Call::sync_directory) == SQLITE_OK;
  keep({.call = Call::sync_directory, .failed = !good, .name = name_of(file)});
  return good;
}

bool SimDisk::publish(const std::filesystem::path& part, const std::filesystem::path& target) {
  {
    const std::lock_guard lock(mutex_);
    const auto node = find(name_of(part));
    if (strike(Call::rename) != SQLITE_OK || !node) return false;
    if (find(name_of(target))) {
      errno = EEXIST;
      return false;
    }
    names_[name_of(target)] = node;
    names_.erase(name_of(part));
    keep({.call = Call::rename, .file = node->number, .name = name_of(part), .other = name_of(target)});
  }
  return sync_directory_of(target);
}

bool SimDisk::remove(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  const auto node = find(name_of(file));
  if (strike(Call::remove) != SQLITE_OK || !node) return false;
  names_.erase(name_of(file));
  keep({.call = Call::remove, .file = node->number, .name = name_of(file)});
  return true;
}

}  // namespace parley::powercut
