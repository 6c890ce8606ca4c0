#include "reader_pool.hpp"

#include "sio/runtime/clock.hpp"

namespace parley::store {
namespace {

// Virtual machine steps between two looks at the clock: some tens of microseconds.
constexpr int kStepsPerLook = 2'000;

int is_past(void* deadline) { return sio::rt::monotonic_now() > *static_cast<const sio::TimePoint*>(deadline) ? 1 : 0; }

Connection open_reader(const std::filesystem::path& file, const char* vfs) {
  Connection connection(file, OpenMode::read_only, vfs);
  connection.execute(
      "PRAGMA query_only = ON;"
      "PRAGMA mmap_size = 0;"
      "PRAGMA cache_size = -8192;"
      "PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON");
  return connection;
}

}  // namespace

ReaderPool::Reader::Reader(const std::filesystem::path& file, const char* vfs)
    : connection(open_reader(file, vfs)),
      messages(connection),
      begin(connection, "BEGIN"),
      commit(connection, "COMMIT") {
  if (connection.handle() == nullptr) return;
  sqlite3_progress_handler(connection.handle(), kStepsPerLook, is_past, &deadline);
}

ReaderPool::ReaderPool(const std::filesystem::path& file, unsigned count, sio::Milliseconds timeout, const char* vfs)
    : timeout_(timeout) {
  for (unsigned i = 0; i < count; ++i) {
    Reader& reader = *readers_.emplace_back(std::make_unique<Reader>(file, vfs));
    if (reader.connection.error() != SqlError::none) failed_ = &reader.connection;
    free_.push_back(&reader);
  }
}

ReaderPool::Reader* ReaderPool::acquire() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, timeout_, [this] { return !free_.empty(); })) return nullptr;
  Reader* reader = free_.back();
  free_.pop_back();
  lock.unlock();
  reader->deadline = sio::rt::monotonic_now() + timeout_;
  reader->begin.run();
  reads_.fetch_add(1, std::memory_order_relaxed);
  return reader;
}

std::optional<service::StoreError> ReaderPool::release(Reader& reader) {
  Connection& connection = reader.connection;
  std::optional<service::StoreError> error;
  if (!reader.commit.run()) {
    const bool too_slow = connection.error() == SqlError::interrupted;
    error = too_slow ? service::StoreError::timeout : service::StoreError::unavailable;
    connection.clear_error();
    reader.deadline = sio::kNever;
    if (connection.in_transaction()) connection.execute("ROLLBACK");
    connection.clear_error();
  }
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(&reader);
  }
  freed_.notify_one();
  return error;
}

}  // namespace parley::store
