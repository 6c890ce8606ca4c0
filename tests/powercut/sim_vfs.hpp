// SQLite's side of a SimDisk: the VFS that is registered for it.
#pragma once

#include <sqlite3.h>

#include "sim_disk.hpp"

namespace parley::powercut {

struct SimVfs {
  static sqlite3_vfs make(SimDisk& disk, const char* name);

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory);
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* out);
  static int full_name(sqlite3_vfs* vfs, const char* name, int size, char* out);

  static int close(sqlite3_file* file);
  static int read(sqlite3_file* file, void* into, int count, sqlite3_int64 at);
  static int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);
  static int size(sqlite3_file* file, sqlite3_int64* out);
  static int lock(sqlite3_file* file, int level);
  static int unlock(sqlite3_file* file, int level);
  static int check_reserved(sqlite3_file* file, int* out);
  static int map(sqlite3_file* file, int region, int size, int extend, void volatile** out);
  static int lock_shared(sqlite3_file* file, int first, int count, int flags);
  static void barrier(sqlite3_file* file);
  static int unmap(sqlite3_file* file, int);
};

}  // namespace parley::powercut
