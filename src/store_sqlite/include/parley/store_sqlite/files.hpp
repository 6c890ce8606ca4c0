// What opening and migrating a database does with files beside SQLite: looking at one before SQLite does, making one,
// putting a backup in its place. The lock is no part of it: that holds between processes, never across a crash. Tests
// put a disk of their own below, together with an SQLite VFS over the same files (tests/powercut).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace parley::store {

class Files {
 public:
  enum class Kind : std::uint8_t { absent, regular, other };
  struct Looked {
    Kind kind = Kind::absent;
    std::uintmax_t bytes = 0;  // of a regular file
  };

  virtual ~Files() = default;
  virtual Looked look(const std::filesystem::path& file) = 0;
  // How many bytes there were, fewer than asked for only at the end of the file; -1 if it failed (errno says why).
  virtual std::ptrdiff_t read(const std::filesystem::path& file, std::uint64_t at, std::span<unsigned char> into) = 0;
  // The rest: false if it failed (errno says why).
  // An empty file with mode 0600, on stable storage with its directory's entry. One that exists is left as it is.
  virtual bool create(const std::filesystem::path& file) = 0;
  virtual bool sync(const std::filesystem::path& file) = 0;
  virtual bool sync_directory_of(const std::filesystem::path& file) = 0;
  // Gives `part`, which is synchronised, the name `target`, which must be free (else errno EEXIST); then the directory
  // is synchronised too.
  virtual bool publish(const std::filesystem::path& part, const std::filesystem::path& target) = 0;
  virtual bool remove(const std::filesystem::path& file) = 0;
};

// The file system. Stateless: from any thread, for as long as the process lives.
Files& real_files();

}  // namespace parley::store
