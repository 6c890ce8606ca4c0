// F1: the process is killed in the middle of a burst. Everything it acknowledged is there, once, in order; the start
// after it is quick and the database sound. The full run (10,000 kills of the whole server) is another suite's.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <random>

#include "sio/runtime/clock.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

struct Ack {
  std::int64_t id;
  std::int64_t sender;
  std::int64_t number;
};

// Tells every stored message through a pipe; what does not fit blocks, which is what an acknowledgement would do as
// well.
class PipeListener final : public service::CommitListener {
 public:
  explicit PipeListener(int descriptor) : descriptor_(descriptor) {}
  void on_committed(service::BatchPtr batch) noexcept override {
    std::vector<Ack> acks;
    for (const service::Outcome& outcome : batch->outcomes) {
      if (const auto* stored = std::get_if<service::Stored>(&outcome)) {
        acks.push_back({stored->message.id.value, stored->message.sender.value, std::stoll(stored->message.content)});
      }
    }
    const auto bytes = static_cast<ssize_t>(acks.size() * sizeof(Ack));
    if (bytes > 0 && write(descriptor_, acks.data(), static_cast<std::size_t>(bytes)) != bytes) _exit(2);
  }

 private:
  int descriptor_;
};

class KillTest : public StoreTest {
 protected:
  // In the child: writes as fast as it can until it is killed.
  [[noreturn]] void burst(int descriptor, std::vector<std::int64_t> next) {
    auto opened = SqliteStore::open(options_);
    if (!opened) _exit(3);
    PipeListener listener(descriptor);
    (*opened)->set_commit_listener(listener);
    (*opened)->start();
    while (true) {
      for (std::size_t i = 0; i < senders_.size(); ++i) {
        const std::string number = std::to_string(next[i]);
        if ((*opened)->log().try_append({senders_[i], admin_, number, number, {}})) ++next[i];
      }
    }
  }

  // Reads acknowledgements until `enough` have come, kills the child, then reads what it had still told.
  std::vector<Ack> acks_until_killed(std::vector<std::int64_t> next, std::size_t enough) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      burst(ends[1], std::move(next));
    }
    close(ends[1]);
    std::vector<Ack> acks;
    Ack ack{};
    bool killed = false;
    while (read(ends[0], &ack, sizeof ack) == static_cast<ssize_t>(sizeof ack)) {
      acks.push_back(ack);
      if (!killed && acks.size() >= enough) {
        killed = true;
        kill(child, SIGKILL);
      }
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "ended by itself with " << WEXITSTATUS(status);
    return acks;
  }

  std::vector<domain::UserId> senders_;
};

TEST_F(KillTest, F1_KilledInABurstEverythingAcknowledgedIsThereOnceInOrder) {
  options_.checkpoint_pages = 40;
  options_.checkpoint_pages_busy = 80;  // so that it is often killed in a checkpoint
  open_with_people();
  for (int i = 0; i < 5; ++i) senders_.push_back(add("sender" + std::to_string(i), domain::Role::user));
  store_.reset();
  std::vector<std::int64_t> next(senders_.size(), 1);
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
    const auto acks = acks_until_killed(next, 1 + random() % 4'000);

    const auto begun = sio::rt::monotonic_now();
    open();
    EXPECT_LT(sio::rt::monotonic_now() - begun, std::chrono::seconds(2));
    EXPECT_TRUE(check_database(options_.file)->problems.empty());
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      std::map<std::int64_t, std::int64_t> stored;  // id → number
      for (service::PageQuery query{.limit = 1'000, .after = 0, .before = {}};;) {
        const auto page = store_->reader().conversation(senders_[i], admin_, query);
        for (const auto& message : page->items) stored[message.id.value] = std::stoll(message.content);
        if (!page->more) break;
        query.after = page->items.back().id.value;
      }
      std::int64_t number = 0;
      for (const auto& [id, content] : stored) EXPECT_EQ(content, ++number) << "in order, none twice, none left out";
      for (const Ack& ack : acks) {
        EXPECT_TRUE(ack.sender != senders_[i].value || stored[ack.id] == ack.number) << ack.id;
      }
      next[i] = number + 1;
    }
    store_.reset();
  }
}

}  // namespace
}  // namespace parley::store
