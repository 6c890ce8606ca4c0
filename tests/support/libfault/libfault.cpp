// libfault.so, for LD_PRELOAD: the k-th call of some kind fails, kills the process, or returns late; and the wall clock
// may be shifted. Armed at run time through a file that is mapped (control.hpp). Real calls are made as system calls,
// memory comes from the C library's own entry points: no hook allocates, locks, or needs a symbol looked up, so each
// may run in any thread, in signal handlers, and before and after main().
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "control.hpp"

// NOLINTBEGIN(readability-identifier-naming,readability-inconsistent-declaration-parameter-name): names are the C
// library's
#define HOOK extern "C" __attribute__((visibility("default")))

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace parley::libfault {
namespace {

Control* control = nullptr;

// Where the code of an object lies: whose call it is.
struct Object {
  std::uintptr_t from;
  std::uintptr_t to;
  const char* name;
};
constexpr std::size_t kObjectsMax = 128;
Object objects[kObjectsMax];
std::size_t object_count = 0;

int note_object(dl_phdr_info* info, std::size_t /*size*/, void* /*data*/) {
  for (int i = 0; i < info->dlpi_phnum && object_count < kObjectsMax; ++i) {
    const auto& part = info->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    const std::uintptr_t from = info->dlpi_addr + part.p_vaddr;
    const bool is_main = info->dlpi_name[0] == '\0';
    objects[object_count++] = {from, from + part.p_memsz, is_main ? "main" : info->dlpi_name};
  }
  return 0;
}

__attribute__((constructor)) void attach() {
  const char* path = std::getenv(kVariable);
  if (path == nullptr) return;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  void* mapped = fd < 0 ? MAP_FAILED
                        : ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
  if (mapped == MAP_FAILED) {
    constexpr char kWhy[] = "libfault: the control file cannot be mapped\n";
    ::syscall(SYS_write, 2, kWhy, sizeof kWhy - 1);
    ::_exit(126);
  }
  ::syscall(SYS_close, fd);
  dl_iterate_phdr(note_object, nullptr);
  control = static_cast<Control*>(mapped);
  control->loaded.fetch_add(1);
}

// `part` stands in `text`, or, if it closes with '$', at its end.
bool fits(const char* text, const char* part) {
  const std::size_t length = std::strlen(part);
  if (length == 0 || part[length - 1] != '$') return std::strstr(text, part) != nullptr;
  const std::size_t have = std::strlen(text);
  return have + 1 >= length && std::memcmp(text + have + 1 - length, part, length - 1) == 0;
}

const char* object_of(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (std::size_t i = 0; i < object_count; ++i) {
    if (at >= objects[i].from && at < objects[i].to) return objects[i].name;
  }
  return "";
}

// The path behind a descriptor, made only if a rule asks for it: "/x/parley.db-wal", "anon_inode:[eventfd]".
class PathOf {
 public:
  explicit PathOf(int fd) : fd_(fd) { text_[0] = '\0'; }
  const char* get() {
    if (text_[0] != '\0') return text_;
    char link[32] = "/proc/self/fd/";
    char digits[12];
    std::size_t count = 0;
    for (unsigned rest = static_cast<unsigned>(fd_); count == 0 || rest != 0; rest /= 10) {
      digits[count++] = static_cast<char>('0' + rest % 10);
    }
    std::size_t end = std::strlen(link);
    while (count > 0) link[end++] = digits[--count];
    const long got = ::syscall(SYS_readlink, link, text_, sizeof text_ - 1);
    text_[got > 0 ? got : 0] = '\0';
    return text_;
  }

 private:
  int fd_;
  char text_[512];
};

// Takes the time after the call has returned.
struct Late {
  std::uint64_t us = 0;
  ~Late() {
    if (us == 0) return;
    const int before = errno;
    const timespec time{static_cast<std::time_t>(us / 1'000'000), static_cast<long>(us % 1'000'000 * 1'000)};
    ::syscall(SYS_nanosleep, &time, nullptr);
    errno = before;
  }
};

// Whether the call shall fail; errno is set then. `subject` makes the text that rules look into.
template <class Subject>
bool strikes(Call call, Subject subject, Late& late) {
  if (control == nullptr) return false;
  for (auto& slot : control->rules) {
    Rule& rule = slot.rule;
    const std::uint64_t at = rule.at.load(std::memory_order_acquire);
    if (at == 0 || (rule.calls & static_cast<std::uint64_t>(call)) == 0) continue;
    if (rule.match[0] != '\0' && !fits(subject(), rule.match)) continue;
    const std::uint64_t seen = rule.seen.fetch_add(1, std::memory_order_relaxed) + 1;
    if (seen != at && !(rule.later != 0 && seen > at)) continue;
    rule.struck.fetch_add(1, std::memory_order_relaxed);
    if (rule.action == kKill) {
      ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
    } else if (rule.action == kDelay) {
      late.us = rule.delay_us;
    } else {
      errno = static_cast<int>(rule.action);
      return true;
    }
  }
  return false;
}

bool strikes_fd(Call call, int fd, Late& late) {
  PathOf path(fd);
  return strikes(call, [&path] { return path.get(); }, late);
}

bool strikes_path(Call call, const char* path, Late& late) {
  return strikes(call, [path] { return path; }, late);
}

bool strikes_caller(const void* caller) {
  Late late;
  return strikes(Call::allocate, [caller] { return object_of(caller); }, late);
}

long open_at(int folder, const char* path, int flags, mode_t mode) {
  Late late;
  if (strikes_path(Call::open, path, late)) return -1;
  return ::syscall(SYS_openat, folder, path, flags, mode);
}

mode_t mode_of(int flags, va_list& arguments) {
  const bool takes_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return takes_mode ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace
}  // namespace parley::libfault

using parley::libfault::Call;
using parley::libfault::control;
using parley::libfault::Late;
using parley::libfault::mode_of;
using parley::libfault::open_at;
using parley::libfault::strikes_caller;
using parley::libfault::strikes_fd;
using parley::libfault::strikes_path;

HOOK ssize_t read(int fd, void* into, std::size_t count) {
  Late late;
  return strikes_fd(Call::read, fd, late) ? -1 : ::syscall(SYS_read, fd, into, count);
}
HOOK ssize_t pread64(int fd, void* into, std::size_t count, off64_t at) {
  Late late;
  return strikes_fd(Call::read, fd, late) ? -1 : ::syscall(SYS_pread64, fd, into, count, at);
}
HOOK ssize_t pread(int fd, void* into, std::size_t count, off_t at) { return pread64(fd, into, count, at); }
HOOK ssize_t readv(int fd, const iovec* into, int count) {
  Late late;
  return strikes_fd(Call::read, fd, late) ? -1 : ::syscall(SYS_readv, fd, into, count);
}

HOOK ssize_t write(int fd, const void* from, std::size_t count) {
  Late late;
  return strikes_fd(Call::write, fd, late) ? -1 : ::syscall(SYS_write, fd, from, count);
}
HOOK ssize_t pwrite64(int fd, const void* from, std::size_t count, off64_t at) {
  Late late;
  return strikes_fd(Call::write, fd, late) ? -1 : ::syscall(SYS_pwrite64, fd, from, count, at);
}
HOOK ssize_t pwrite(int fd, const void* from, std::size_t count, off_t at) { return pwrite64(fd, from, count, at); }
HOOK ssize_t writev(int fd, const iovec* from, int count) {
  Late late;
  return strikes_fd(Call::write, fd, late) ? -1 : ::syscall(SYS_writev, fd, from, count);
}

HOOK int fsync(int fd) {
  Late late;
  return strikes_fd(Call::sync, fd, late) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}
HOOK int fdatasync(int fd) {
  Late late;
  return strikes_fd(Call::sync, fd, late) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}
HOOK int ftruncate64(int fd, off64_t size) noexcept {
  Late late;
  return strikes_fd(Call::truncate, fd, late) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}
HOOK int ftruncate(int fd, off_t size) noexcept { return ftruncate64(fd, size); }

HOOK int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return static_cast<int>(open_at(AT_FDCWD, path, flags, mode));
}
HOOK int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return static_cast<int>(open_at(AT_FDCWD, path, flags, mode));
}
HOOK int openat64(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return static_cast<int>(open_at(folder, path, flags, mode));
}
HOOK int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return static_cast<int>(open_at(folder, path, flags, mode));
}
HOOK int creat(const char* path, mode_t mode) {
  return static_cast<int>(open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode));
}

HOOK int rename(const char* from, const char* to) noexcept {
  Late late;
  return strikes_path(Call::name, from, late) ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}
HOOK int link(const char* from, const char* to) noexcept {
  Late late;
  return strikes_path(Call::name, from, late) ? -1 : static_cast<int>(::syscall(SYS_link, from, to));
}
HOOK int unlink(const char* path) noexcept {
  Late late;
  return strikes_path(Call::name, path, late) ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}
HOOK int remove(const char* path) noexcept {
  Late late;
  if (strikes_path(Call::name, path, late)) return -1;
  const long gone = ::syscall(SYS_unlink, path);
  return static_cast<int>(gone < 0 && errno == EISDIR ? ::syscall(SYS_rmdir, path) : gone);
}

HOOK int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  Late late;
  if (strikes_path(Call::accept, "", late)) return -1;
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

HOOK void* malloc(std::size_t size) noexcept {
  return strikes_caller(__builtin_return_address(0)) ? nullptr : __libc_malloc(size);
}
HOOK void* calloc(std::size_t count, std::size_t size) noexcept {
  return strikes_caller(__builtin_return_address(0)) ? nullptr : __libc_calloc(count, size);
}
HOOK void* realloc(void* old, std::size_t size) noexcept {
  return strikes_caller(__builtin_return_address(0)) ? nullptr : __libc_realloc(old, size);
}
HOOK void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return strikes_caller(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, size);
}
HOOK int posix_memalign(void** into, std::size_t alignment, std::size_t size) noexcept {
  if (strikes_caller(__builtin_return_address(0))) return ENOMEM;
  void* got = __libc_memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *into = got;
  return 0;
}

HOOK int clock_gettime(clockid_t clock, timespec* into) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, into));
  if (control == nullptr || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  const std::int64_t shift_us = control->clock_shift_us.load(std::memory_order_relaxed);
  std::int64_t nanoseconds = into->tv_nsec + shift_us % 1'000'000 * 1'000;
  into->tv_sec += shift_us / 1'000'000 + (nanoseconds < 0 ? -1 : nanoseconds / 1'000'000'000);
  into->tv_nsec = nanoseconds < 0 ? nanoseconds + 1'000'000'000 : nanoseconds % 1'000'000'000;
  return result;
}
HOOK int gettimeofday(timeval* into, void* /*zone*/) noexcept {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  *into = {now.tv_sec, now.tv_nsec / 1'000};
  return result;
}
HOOK std::time_t time(std::time_t* into) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (into != nullptr) *into = now.tv_sec;
  return now.tv_sec;
}
// NOLINTEND(readability-identifier-naming,readability-inconsistent-declaration-parameter-name)
