#include "writer.hpp"

#include <algorithm>
#include <chrono>

#include "sio/base/check.hpp"
#include "sio/base/out_of_memory.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::store {
namespace {

using service::Outcome;

// How long a checkpoint waits for readers that hold the log back. Most reads are far shorter; for one that is not (a
// backup), everybody who sends would wait.
constexpr int kReadersWaitMs = 100;

// What the sender is told when the transaction did not come about.
Outcome refusal_of(Outcome&& outcome) {
  constexpr auto kWhy = service::SendError::storage_unavailable;
  if (auto* stored = std::get_if<service::Stored>(&outcome)) {
    return service::SendRefused{stored->message.sender, std::move(stored->message.client_id), kWhy, stored->origin};
  }
  if (auto* duplicate = std::get_if<service::Duplicate>(&outcome)) {
    return service::SendRefused{duplicate->sender, std::move(duplicate->client_id), kWhy, duplicate->origin};
  }
  if (auto* refused = std::get_if<service::SendRefused>(&outcome)) {
    return service::SendRefused{refused->sender, std::move(refused->client_id), kWhy, refused->origin};
  }
  if (const auto* marked = std::get_if<service::Marked>(&outcome)) {
    return service::MarkRefused{marked->reader, marked->sender, marked->origin};
  }
  return std::move(outcome);
}

int remember_log_pages(void* into, sqlite3* /*db*/, const char* /*name*/, int pages) {
  *static_cast<std::size_t*>(into) = static_cast<std::size_t>(pages);
  return SQLITE_OK;
}

}  // namespace

Writer::Writer(Connection connection, const StoreOptions& options)
    : options_(options),
      connection_(std::move(connection)),
      begin_(connection_, "BEGIN IMMEDIATE"),
      commit_(connection_, "COMMIT"),
      queue_({options.queue_commands_max, options.queue_bytes_max, options.queue_age_max}),
      checkpoint_at_(options.checkpoint_pages),
      wait_for_readers_at_(options.checkpoint_pages_held) {
  sqlite3_wal_hook(connection_.handle(), remember_log_pages, &log_pages_);
}

Writer::~Writer() { stop(); }

bool Writer::prepare() {
  messages_.emplace(connection_, options_.rules);
  begin_.run();
  messages_->catch_up_with_file();
  messages_->finish();
  commit_.run();
  if (connection_.error() != SqlError::none) return false;
  messages_->committed();
  position_at_start_ = messages_->committed_position();
  return true;
}

void Writer::start() {
  SIO_CHECK(!thread_.joinable() && messages_);
  thread_ = std::thread([this] { sio::run_or_terminate([this] { run(); }); });
}

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) {
    thread_.join();
  } else if (messages_) {
    run();  // never started: what waits is not left without an answer
  }
  close();
}

void Writer::run() {
  std::vector<Command> taken;
  while (queue_.take(taken)) {
    std::span<Command> rest(taken);
    while (!rest.empty()) {
      const std::size_t count = batch_size(rest);
      process(rest.first(count));
      rest = rest.subspan(count);
    }
    checkpoint_if_due();
  }
  if (!failure_.empty() && on_failed_) on_failed_(failure_);
}

std::size_t Writer::batch_size(std::span<const Command> commands) const {
  std::size_t bytes = 0;
  const std::size_t most = std::min(commands.size(), options_.batch_commands_max);
  for (std::size_t i = 0; i < most; ++i) {
    bytes += CommandQueue::bytes_of(commands[i]);
    if (bytes > options_.batch_bytes_max && i > 0) return i;
  }
  return most;
}

void Writer::process(std::span<Command> commands) {
  std::size_t bytes = 0;
  for (const Command& command : commands) bytes += CommandQueue::bytes_of(command);
  auto batch = std::make_shared<service::CommittedBatch>();
  batch->outcomes.reserve(commands.size());
  changes_.clear();

  const sio::TimePoint begun = sio::rt::monotonic_now();
  bool committed = false;
  if (refusing_) {
    refuse(commands, batch->outcomes);
  } else {
    committed = transact(commands, batch->outcomes);
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(sio::rt::monotonic_now() - begun);
  if (committed) {
    commits_.fetch_add(1, std::memory_order_relaxed);
    last_commit_us_.store(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  } else {
    changes_.clear();
    for (Outcome& outcome : batch->outcomes) outcome = refusal_of(std::move(outcome));
    refused_.fetch_add(batch->outcomes.size(), std::memory_order_relaxed);
  }
  publish(std::move(batch));
  for (const service::AccountChange& change : changes_) {
    for (service::AccountListener* listener : account_listeners_) listener->on_account_changed(change);
  }
  for (Command& command : commands) {
    if (auto* job = std::get_if<std::unique_ptr<Job>>(&command)) (*job)->answer(committed);
  }
  queue_.release(commands.size(), bytes);
}

// False: nothing of it is in the database. After a failure that is final every step here does nothing.
bool Writer::transact(std::span<Command> commands, std::vector<Outcome>& outcomes) {
  begin_.run();
  for (Command& command : commands) apply(command, outcomes);
  messages_->finish();
  if (commit_.run()) {
    messages_->committed();
    return true;
  }
  if (failure_.empty()) roll_back();
  return false;
}

// Without touching the database.
void Writer::refuse(std::span<Command> commands, std::vector<Outcome>& outcomes) {
  constexpr auto kWhy = service::SendError::storage_unavailable;
  for (Command& command : commands) {
    if (auto* draft = std::get_if<service::Draft>(&command)) {
      outcomes.emplace_back(service::SendRefused{draft->sender, std::move(draft->client_id), kWhy, draft->origin});
    } else if (const auto* mark = std::get_if<service::ReadMark>(&command)) {
      outcomes.emplace_back(service::MarkRefused{mark->reader, mark->sender, mark->origin});
    }
  }
}

void Writer::apply(Command& command, std::vector<Outcome>& outcomes) {
  if (auto* draft = std::get_if<service::Draft>(&command)) {
    outcomes.push_back(messages_->send(std::move(*draft), sio::rt::unix_now_us()));
  } else if (const auto* mark = std::get_if<service::ReadMark>(&command)) {
    outcomes.push_back(messages_->mark(*mark));
  } else {
    const std::size_t before = changes_.size();
    std::get<std::unique_ptr<Job>>(command)->run(connection_, changes_);
    // What comes later in this transaction goes by the change already.
    for (std::size_t i = before; i < changes_.size(); ++i) messages_->people().forget(changes_[i].user.id);
  }
}

void Writer::roll_back() {
  const SqlError error = connection_.error();
  const std::string why = connection_.error_text();
  connection_.clear_error();
  const bool rolled_back = !connection_.in_transaction() || connection_.execute("ROLLBACK");
  messages_->rolled_back();
  if (rolled_back && (error == SqlError::damaged || error == SqlError::not_a_database)) {
    refuse_from_now_on(why);  // a restart would find the same
  } else if (!rolled_back || !is_passing(error)) {
    fail(std::string(to_string(error)) + ": " + why);
  }
}

void Writer::refuse_from_now_on(const std::string& why) {
  if (refusing_.exchange(true)) return;
  queue_.close();
  if (on_damaged_) on_damaged_(why);
}

void Writer::fail(const std::string& why) {
  failure_ = why;
  failed_.store(true, std::memory_order_relaxed);
  connection_.set_error(SQLITE_IOERR);
  // Closing would checkpoint what may not be on the disk.
  sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  queue_.close();
  if (on_failing_) on_failing_();
}

void Writer::publish(std::shared_ptr<service::CommittedBatch> batch) {
  if (batch->outcomes.empty()) return;
  const LogPosition& position = messages_->committed_position();
  batch->commit = position.commit;
  batch->newest_id = domain::MessageId(position.last_id);
  const auto stored = std::count_if(batch->outcomes.begin(), batch->outcomes.end(), [](const Outcome& outcome) {
    return std::holds_alternative<service::Stored>(outcome);
  });
  stored_.fetch_add(static_cast<std::uint64_t>(stored), std::memory_order_relaxed);
  if (commit_listener_ != nullptr) commit_listener_->on_committed(std::move(batch));
}

void Writer::checkpoint_if_due() {
  if (!failure_.empty() || refusing_ || log_pages_ < checkpoint_at_) {
    // The log was begun anew after all of it had been copied.
    if (log_pages_ < options_.checkpoint_pages) checkpoint_at_ = options_.checkpoint_pages;
    return;
  }
  if (log_pages_ < options_.checkpoint_pages_busy && queue_.has_waiting()) return;
  if (log_pages_ >= options_.check_pages_max && on_log_too_long_) on_log_too_long_();
  if (log_pages_ < options_.checkpoint_pages_held) wait_for_readers_at_ = options_.checkpoint_pages_held;
  const bool held_back = log_pages_ >= wait_for_readers_at_;
  if (held_back) wait_for_readers_at_ = log_pages_ + options_.checkpoint_pages_held;
  if (checkpoint(held_back ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE)) {
    checkpoint_at_ = log_pages_ + options_.checkpoint_pages;
  }
}

// False: it failed for good.
bool Writer::checkpoint(int mode) {
  sqlite3_busy_timeout(connection_.handle(), kReadersWaitMs);
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(connection_.handle(), kOthersWaitMs);
  const SqlError error = sql_error_of(code);
  if (is_passing(error)) return true;  // a full disk included: it is tried again later
  fail("checkpoint: " + std::string(sqlite3_errmsg(connection_.handle())));
  return false;
}

void Writer::close() {
  if (!messages_) return;
  messages_.reset();
  begin_ = Statement();
  commit_ = Statement();
  if (refusing_) {
    sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  } else if (failure_.empty()) {
    checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
  }
  connection_.close();
}

StoreStats Writer::stats() const {
  StoreStats stats;
  stats.commits = commits_.load(std::memory_order_relaxed);
  stats.messages = stored_.load(std::memory_order_relaxed);
  stats.refused_for_storage = refused_.load(std::memory_order_relaxed);
  stats.queued = queue_.size();
  stats.queue_age = queue_.age();
  stats.refused_for_age = queue_.refused_for_age();
  stats.last_commit_us = last_commit_us_.load(std::memory_order_relaxed);
  stats.failed = failed_.load(std::memory_order_relaxed);
  stats.read_only = refusing_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace parley::store
