// How quick the store is by itself: `store_bench DIRECTORY [pairs] [in flight per pair] [seconds] [client ids: 0|1]`.
// Each pair has some messages in flight and sends the next when one is stored, as the chat does; so the size of a
// transaction finds itself. Prints messages a second, CPU of the writer's thread and of the process per message.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "parley/store_sqlite/store.hpp"
#include "sio/runtime/clock.hpp"

namespace {

using namespace parley;  // NOLINT(google-build-using-namespace): one file, one purpose

double cpu_seconds(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

// Sends the next message of a pair for each one stored, from the writer's thread: no other thread is measured.
class Pump final : public service::CommitListener {
 public:
  Pump(service::MessageLog& log, bool client_ids) : log_(log), client_ids_(client_ids) {}

  void send(domain::UserId from, domain::UserId to) {
    service::Draft draft{from, to, std::string(100, 'x'), {}, {}};
    if (client_ids_) draft.client_id = next_client_id();
    if (!log_.try_append(std::move(draft))) std::abort();
  }
  void on_committed(service::BatchPtr batch) noexcept override {
    for (const service::Outcome& outcome : batch->outcomes) {
      const auto* message = std::get_if<service::Stored>(&outcome);
      if (message == nullptr) std::abort();
      ++stored;
      if (!stopping) send(message->message.receiver, message->message.sender);
    }
    // The first batch starts the clock: what came before were the accounts.
    const double now = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    if (cpu_begun_ == 0) cpu_begun_ = now;
    writer_cpu = now - cpu_begun_;
  }

  std::atomic<bool> stopping{false};
  std::atomic<long> stored{0};
  std::atomic<double> writer_cpu{0};

 private:
  // As random as a UUID, so that the index sees what clients do to it.
  std::string next_client_id() {
    std::string id(36, '-');
    for (char& c : id) {
      state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      c = "0123456789abcdef"[state_ >> 60];
    }
    return id;
  }

  service::MessageLog& log_;
  bool client_ids_;
  std::uint64_t state_ = 1;
  double cpu_begun_ = 0;
};

long argument(int count, char** values, int index, long otherwise) {
  return index < count ? std::strtol(values[index], nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  const auto pairs = argument(argc, argv, 2, 100);
  const auto window = argument(argc, argv, 3, 8);
  const auto seconds = argument(argc, argv, 4, 3);
  const bool client_ids = argument(argc, argv, 5, 0) != 0;
  const std::filesystem::path file = std::filesystem::path(argv[1]) / "bench.db";
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(file.string() + suffix);

  store::StoreOptions options;
  options.queue_age_max = std::chrono::hours(1);  // all is queued at once
  options.file = file;
  auto opened = store::SqliteStore::open(options);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().detail.c_str());
    return 74;
  }
  store::SqliteStore& store = **opened;
  std::vector<domain::UserId> users;
  struct Relay final : service::CommitListener {
    void on_committed(service::BatchPtr batch) noexcept override {
      if (pump != nullptr) pump->on_committed(std::move(batch));
    }
    Pump* pump = nullptr;
  } relay;
  store.set_commit_listener(relay);
  store.start();
  for (long i = 0; i < 2 * pairs; ++i) {
    const auto role = i % 2 == 0 ? domain::Role::admin : domain::Role::user;
    auto added = store.directory().add({"n", "bench" + std::to_string(i) + "@example.org", "x", role, false});
    if (!added) return 74;
    users.push_back(*added);
  }
  Pump pump(store.log(), client_ids);
  relay.pump = &pump;

  const auto begun = sio::rt::monotonic_now();
  const double cpu_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const auto commits_before = store.stats().commits;
  for (long i = 0; i < pairs * window; ++i) {
    pump.send(users[static_cast<std::size_t>(2 * (i % pairs))], users[static_cast<std::size_t>(2 * (i % pairs) + 1)]);
  }
  std::promise<void> never;
  never.get_future().wait_for(std::chrono::seconds(seconds));
  const auto messages = static_cast<double>(pump.stored.load());
  const double writer_cpu = pump.writer_cpu.load();
  const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
  const double took = std::chrono::duration<double>(sio::rt::monotonic_now() - begun).count();
  const auto commits = static_cast<double>(store.stats().commits - commits_before);
  pump.stopping = true;
  store.stop();
  std::printf(
      "pairs=%ld window=%ld client_ids=%d: %.0f messages/s, %.0f a commit, %.0f commits/s, writer %.2f us, "
      "process %.2f us of CPU a message\n",
      pairs, window, client_ids ? 1 : 0, messages / took, messages / commits, commits / took,
      writer_cpu / messages * 1e6, cpu / messages * 1e6);
  return 0;
}
