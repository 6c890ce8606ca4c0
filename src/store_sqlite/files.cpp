#include "parley/store_sqlite/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable_file.hpp"

namespace parley::store {
namespace {

namespace fs = std::filesystem;

class RealFiles final : public Files {
 public:
  Looked look(const fs::path& file) override {
    struct stat found{};
    if (stat(file.c_str(), &found) != 0) return {};
    if (!S_ISREG(found.st_mode)) return {Kind::other, 0};
    return {Kind::regular, static_cast<std::uintmax_t>(found.st_size)};
  }

  std::ptrdiff_t read(const fs::path& file, std::uint64_t at, std::span<unsigned char> into) override {
    const Descriptor opened(file, O_RDONLY);
    return opened ? pread(opened.get(), into.data(), into.size(), static_cast<off_t>(at)) : -1;
  }

  bool create(const fs::path& file) override {
    const Descriptor created(file, O_RDWR | O_CREAT | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    return created && created.sync() && store::sync_directory_of(file);
  }

  bool sync(const fs::path& file) override { return sync_file(file); }
  bool sync_directory_of(const fs::path& file) override { return store::sync_directory_of(file); }
  bool publish(const fs::path& part, const fs::path& target) override { return publish_file(part, target, false); }
  bool remove(const fs::path& file) override { return unlink(file.c_str()) == 0; }
};

}  // namespace

Files& real_files() {
  static RealFiles files;
  return files;
}

}  // namespace parley::store
