// The one thread that writes. It takes everything that queued up while its last commit ran, commits it as one
// transaction with full synchronisation, and only then tells what became of it: once, in order. It also checkpoints,
// and nobody else does. A commit or synchronisation that fails is never tried again: from then on all is refused.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "command_queue.hpp"
#include "job.hpp"
#include "message_writer.hpp"
#include "parley/store_sqlite/store.hpp"
#include "sqlite.hpp"

namespace parley::store {

class Writer {
 public:
  Writer(Connection connection, const StoreOptions& options);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Reads where the log ends. False: the connection's error says why. Before start().
  bool prepare();
  const Connection& connection() const { return connection_; }
  const LogPosition& position_at_start() const { return position_at_start_; }

  void set_commit_listener(service::CommitListener& listener) { commit_listener_ = &listener; }
  void add_account_listener(service::AccountListener& listener) { account_listeners_.push_back(&listener); }
  void set_on_failing(std::function<void()> on_failing) { on_failing_ = std::move(on_failing); }
  void set_on_failed(std::function<void(const std::string&)> on_failed) { on_failed_ = std::move(on_failed); }

  // Called on the writer's thread after each batch while the log is longer than check_pages_max.
  void set_on_log_too_long(std::function<void()> on_log_too_long) { on_log_too_long_ = std::move(on_log_too_long); }
  // Called once, on the thread that found it.
  void set_on_damaged(std::function<void(const std::string&)> on_damaged) { on_damaged_ = std::move(on_damaged); }

  void start();
  void stop();

  // The database is damaged: all that waits or comes is refused, and nothing is written any more. From any thread.
  void refuse_from_now_on(const std::string& why);

  [[nodiscard]] bool try_push(Command command) { return queue_.try_push(command); }
  // Runs `body(Connection&, Changes&)` in the next transaction; waits until that has ended. `refusal`: the answer if it
  // did not commit. Not on the writer's thread.
  template <class Answer, class Body>
  Answer call(Body body, Answer refusal) {
    auto job = std::make_unique<JobOf<Answer, Body>>(std::move(body), refusal);
    auto answer = job->future();
    if (!try_push(Command(std::unique_ptr<Job>(std::move(job))))) return refusal;
    return answer.get();
  }

  // The same without waiting, and without being told. False: the queue takes nothing now.
  template <class Body>
  [[nodiscard]] bool post(Body body) {
    return try_push(Command(std::unique_ptr<Job>(std::make_unique<Posted<Body>>(std::move(body)))));
  }

  StoreStats stats() const;

 private:
  void run();
  // How many of the commands make the next transaction.
  std::size_t batch_size(std::span<const Command> commands) const;
  void process(std::span<Command> commands);
  bool transact(std::span<Command> commands, std::vector<service::Outcome>& outcomes);
  static void refuse(std::span<Command> commands, std::vector<service::Outcome>& outcomes);
  void apply(Command& command, std::vector<service::Outcome>& outcomes);
  void roll_back();
  void fail(const std::string& why);
  void publish(std::shared_ptr<service::CommittedBatch> batch);
  void checkpoint_if_due();
  bool checkpoint(int mode);
  void close();

  const StoreOptions options_;
  Connection connection_;
  Statement begin_;
  Statement commit_;
  std::optional<MessageWriter> messages_;
  LogPosition position_at_start_;

  CommandQueue queue_;
  service::CommitListener* commit_listener_ = nullptr;
  std::vector<service::AccountListener*> account_listeners_;
  std::function<void()> on_failing_;
  std::function<void(const std::string&)> on_failed_;
  std::function<void(const std::string&)> on_damaged_;
  std::function<void()> on_log_too_long_;
  Changes changes_;

  std::string failure_;        // why it failed; empty: it has not
  std::size_t log_pages_ = 0;  // in the write-ahead log
  std::size_t checkpoint_at_ = 0;
  std::size_t wait_for_readers_at_ = 0;  // then a checkpoint waits for those who hold the log back

  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> stored_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> last_commit_us_{0};
  std::atomic<bool> failed_{false};
  std::atomic<bool> refusing_{false};
  std::thread thread_;
};

}  // namespace parley::store
