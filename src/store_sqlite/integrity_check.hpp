// Looks through the whole database once, on a read-only connection and a thread of its own, while the server works
// already (F6). Decides nothing about what is found. It reads one state, which keeps the log from being checkpointed
// beyond it: give_up() ends that when the log has become too long.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "parley/store_sqlite/store.hpp"
#include "sqlite.hpp"

namespace parley::store {

class IntegrityCheck {
 public:
  using OnDone = std::function<void(const IntegrityResult&)>;

  IntegrityCheck(std::filesystem::path file, const char* vfs) : file_(std::move(file)), vfs_(vfs) {}
  ~IntegrityCheck() { stop(); }
  IntegrityCheck(const IntegrityCheck&) = delete;
  IntegrityCheck& operator=(const IntegrityCheck&) = delete;

  // Once. `on_done` is called once, on the thread of the check, unless stop() comes first: then nothing begins.
  void start(OnDone on_done);
  // From any thread, any time: the check ends soon as `given_up`.
  void give_up();
  // Ends it, and waits for that; nothing is told. Idempotent, from any thread but that of the check: a signal may come
  // while the server starts.
  void stop();
  IntegrityState state() const { return state_.load(std::memory_order_relaxed); }

 private:
  void run();
  IntegrityResult look(Connection& connection);

  const std::filesystem::path file_;
  const char* const vfs_;
  OnDone on_done_;
  std::atomic<IntegrityState> state_{IntegrityState::unknown};
  std::atomic<bool> ending_{false};  // looked at between SQLite's steps; within one it is interrupted
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // of what follows
  std::condition_variable ended_;
  sqlite3* under_way_ = nullptr;  // what is to be interrupted
  std::mutex life_;               // of start() and stop()
  std::thread thread_;
};

}  // namespace parley::store
