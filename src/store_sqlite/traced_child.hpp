// For tests: runs something in a process of its own and kills that just before the k-th system call by which it would
// change files. So every step of a file's way is a point to be killed at, whoever makes it: SQLite or we.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace parley::store {

inline bool changes_files(std::uint64_t call, std::uint64_t flags_of_open) {
  switch (call) {
    case SYS_openat:
      return (flags_of_open & O_CREAT) != 0;
    case SYS_write:
    case SYS_pwrite64:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_ftruncate:
    case SYS_fallocate:
    case SYS_renameat2:
    case SYS_unlinkat:
    case SYS_fchmodat:
    case SYS_fchmod:
    case SYS_fchownat:
    case SYS_fchown:
      return true;
    default:
      break;
  }
#ifdef SYS_rename  // the older calls, where the machine still has them
  return call == SYS_rename || call == SYS_unlink || call == SYS_rmdir || call == SYS_truncate || call == SYS_chmod ||
         call == SYS_chown;
#else
  return false;
#endif
}

struct TracedEnd {
  bool killed = false;  // false: it came to its end before
  int code = -1;        // what `body` returned then
};

// `body`: int(). `k` counts from 1.
template <class Body>
TracedEnd run_and_kill_at(long k, Body body) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD), 0)
      << "this machine does not let tests trace their children";
  long seen = 0;
  long signal = 0;
  while (true) {
    ptrace(PTRACE_SYSCALL, child, nullptr, signal);  // fails if it was killed: its end is waited for all the same
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) break;
    signal = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
    if (signal != 0) continue;
    __ptrace_syscall_info info{};
    ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_files(info.entry.nr, info.entry.args[2])) continue;
    if (++seen == k) kill(child, SIGKILL);
  }
  return {WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace parley::store
