// Read-only connections for threads that may block. Each read has one of them for itself, and a deadline: a statement
// that runs past it is interrupted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "message_queries.hpp"
#include "parley/service/store_error.hpp"
#include "sio/base/result.hpp"
#include "sio/base/time.hpp"
#include "sqlite.hpp"

namespace parley::store {

class ReaderPool {
 public:
  ReaderPool(const std::filesystem::path& file, unsigned count, sio::Milliseconds timeout, const char* vfs);
  // Null, or the connection that could not be opened: its error says why. Right after construction.
  const Connection* failed() const { return failed_; }
  // Read transactions so far. From any thread.
  std::uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }

  // Runs `read(Connection&, MessageQueries&)` in one read transaction, so that it sees one state of the database. Waits
  // for a free connection; waiting and reading may take the timeout each.
  template <class Read>
  auto read(Read&& read) -> sio::Result<decltype(read(std::declval<Connection&>(), std::declval<MessageQueries&>())),
                                        service::StoreError> {
    Reader* reader = acquire();
    if (reader == nullptr) return sio::fail(service::StoreError::timeout);
    auto value = read(reader->connection, reader->messages);
    const auto error = release(*reader);
    if (error) return sio::fail(*error);
    return value;
  }

 private:
  struct Reader {
    Reader(const std::filesystem::path& file, const char* vfs);
    Connection connection;
    MessageQueries messages;
    Statement begin;
    Statement commit;
    sio::TimePoint deadline{};
  };
  // A reader in a transaction; null: none became free in time.
  Reader* acquire();
  // Ends the transaction and gives the reader back. What went wrong, if anything did.
  std::optional<service::StoreError> release(Reader& reader);

  std::vector<std::unique_ptr<Reader>> readers_;
  const Connection* failed_ = nullptr;
  sio::Milliseconds timeout_;
  std::atomic<std::uint64_t> reads_{0};
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Reader*> free_;
};

}  // namespace parley::store
