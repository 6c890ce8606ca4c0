#include "integrity_check.hpp"

#include <sys/resource.h>

#include <chrono>
#include <utility>

#include "database_copy.hpp"
#include "sio/base/check.hpp"

namespace parley::store {
namespace {

constexpr int kStepsPerLook = 1'000;
constexpr int kNice = 10;  // everybody who waits for an answer goes first
// An interruption that comes just before a statement begins is lost, so it is repeated.
constexpr std::chrono::milliseconds kBetweenInterruptions{20};

int is_set(void* flag) { return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0; }

}  // namespace

void IntegrityCheck::start(OnDone on_done) {
  const std::lock_guard lock(life_);
  if (stopped_) return;
  SIO_CHECK(!thread_.joinable());
  on_done_ = std::move(on_done);
  state_ = IntegrityState::checking;
  thread_ = std::thread([this] { run(); });
}

void IntegrityCheck::run() {
  setpriority(PRIO_PROCESS, 0, kNice);  // on Linux: of this thread
  IntegrityResult result;
  {
    Connection connection(file_, OpenMode::read_only, vfs_);
    result = look(connection);
  }
  {
    const std::lock_guard lock(mutex_);
    state_ = result.state;
  }
  ended_.notify_all();
  if (!stopped_ && on_done_) on_done_(result);
}

IntegrityResult IntegrityCheck::look(Connection& connection) {
  if (connection.error() == SqlError::none) {
    sqlite3_progress_handler(connection.handle(), kStepsPerLook, is_set, &ending_);
    const std::lock_guard lock(mutex_);
    under_way_ = connection.handle();
  }
  connection.execute(
      "PRAGMA query_only = ON;"
      "PRAGMA mmap_size = 0;"
      "PRAGMA cell_size_check = ON");
  std::string damage = first_damage(connection, false);
  {
    const std::lock_guard lock(mutex_);
    under_way_ = nullptr;
  }
  switch (connection.error()) {
    case SqlError::none:
      if (damage.empty()) return {IntegrityState::sound, {}};
      return {IntegrityState::damaged, std::move(damage)};
    case SqlError::damaged:
    case SqlError::not_a_database:
      return {IntegrityState::damaged, connection.error_text()};
    case SqlError::interrupted:
      return {IntegrityState::given_up, "the log had become too long"};
    default:
      return {IntegrityState::given_up, connection.error_text()};
  }
}

void IntegrityCheck::give_up() {
  if (state() != IntegrityState::checking) return;
  ending_ = true;
  const std::lock_guard lock(mutex_);
  if (under_way_ != nullptr) sqlite3_interrupt(under_way_);
}

void IntegrityCheck::stop() {
  const std::lock_guard life(life_);
  stopped_ = true;
  ending_ = true;
  if (!thread_.joinable()) return;
  {
    std::unique_lock lock(mutex_);
    while (state_ == IntegrityState::checking) {
      if (under_way_ != nullptr) sqlite3_interrupt(under_way_);
      ended_.wait_for(lock, kBetweenInterruptions);
    }
  }
  thread_.join();
}

}  // namespace parley::store
