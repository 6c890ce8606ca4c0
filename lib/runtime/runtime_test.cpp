#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sio/runtime/blocking_pool.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/runtime/cores.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/runtime/shard_group.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::rt {
namespace {

struct Recorder final : Timer {
  Recorder(std::vector<int>& log_, int name_) : log(log_), name(name_) {}
  void on_timer(TimePoint) override { log.push_back(name); }
  std::vector<int>& log;
  int name;
};

// Heartbeats live in this heap: the order of deadlines must hold whatever is re-armed or cancelled in between.
TEST(TimerQueue, CallsInOrderOfDeadlines) {
  TimerQueue queue;
  std::vector<int> log;
  std::vector<std::unique_ptr<Recorder>> timers;
  const TimePoint start{};
  for (int i = 0; i < 50; ++i) {
    timers.push_back(std::make_unique<Recorder>(log, i));
    queue.arm(*timers.back(), start + Milliseconds((i * 37) % 50));
  }
  queue.arm(*timers[3], start + Milliseconds(1000));
  queue.cancel(*timers[4]);
  queue.arm(*timers[5], kNever);
  queue.run_due(start + Milliseconds(49));
  EXPECT_EQ(log.size(), 47U);
  for (std::size_t i = 1; i < log.size(); ++i) EXPECT_LE((log[i - 1] * 37) % 50, (log[i] * 37) % 50);
  EXPECT_EQ(queue.next(), start + Milliseconds(1000));
  queue.run_due(start + Milliseconds(1000));
  EXPECT_EQ(log.back(), 3);
  EXPECT_EQ(queue.next(), kNever);
}

// Messages between shards must neither be lost nor overtake each other.
TEST(Shard, RunsPostedTasksInOrder) {
  ShardGroup group(2);
  std::vector<int> seen;
  std::promise<void> done;
  std::thread poster([&] {
    for (int i = 0; i < 1000; ++i) group.at(1).post([&seen, i] { seen.push_back(i); });
    group.at(1).post([&] {
      EXPECT_EQ(Shard::current(), &group.at(1));
      done.set_value();
      group.stop();
    });
  });
  group.run();
  poster.join();
  done.get_future().get();
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

struct Dirty final : EndOfTurn {
  void end_of_turn() override { ++flushed; }
  int flushed = 0;
};

// All output of a turn goes out once, however often it was marked.
TEST(Shard, FlushesOnceATurn) {
  ShardGroup group(1);
  Dirty dirty;
  Dirty unmarked;
  group.at(0).post([&] {
    for (int i = 0; i < 3; ++i) group.at(0).mark_dirty(dirty);
    group.at(0).mark_dirty(unmarked);
    group.at(0).unmark(unmarked);
    group.at(0).defer([&] {
      EXPECT_EQ(dirty.flushed, 1);
      group.stop();
    });
  });
  group.run();
  EXPECT_EQ(dirty.flushed, 1);
  EXPECT_EQ(unmarked.flushed, 0);
}

struct AlwaysDirty final : EndOfTurn {
  explicit AlwaysDirty(ShardGroup& group_) : group(group_) {}
  void end_of_turn() override {
    if (++flushed == 1) group.at(0).post([this] { at_the_post = flushed; });
    group.at(0).mark_dirty(*this);
    if (at_the_post != 0 || flushed == 1'000) group.stop();
  }
  ShardGroup& group;
  int flushed = 0;
  int at_the_post = 0;
};

// A handler that sends more whenever its output is gone must not keep the others from their turn, nor wait for an
// event.
TEST(Shard, MarkingAtTheEndOfATurnIsForTheNext) {
  ShardGroup group(1);
  AlwaysDirty dirty(group);
  group.at(0).post([&] { group.at(0).mark_dirty(dirty); });
  group.run();
  EXPECT_EQ(dirty.at_the_post, 1);
  EXPECT_GE(dirty.flushed, 2);
  group.at(0).unmark(dirty);
}

// What a task owns may need what the shard's owner takes down next.
TEST(Shard, DiscardedTasksAreDestroyedUnrun) {
  ShardGroup group(1);
  bool ran = false;
  const auto owned = std::make_shared<int>(0);
  group.at(0).post([owned, &ran] { ran = true; });
  group.at(0).defer([owned, &ran] { ran = true; });
  EXPECT_EQ(owned.use_count(), 3);
  group.at(0).discard_tasks();
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_FALSE(ran);
}

struct Echo final : StreamHandler {
  explicit Echo(ShardGroup& group_) : group(group_) {}
  void on_data(std::span<char> bytes) override {
    EXPECT_EQ(stream->write({bytes.data(), bytes.size()}), static_cast<std::ptrdiff_t>(bytes.size()));
  }
  void on_writable() override {}
  void on_end(bool orderly) override {
    EXPECT_TRUE(orderly);
    stream.reset();
    group.stop();
  }
  ShardGroup& group;
  Stream::Ptr stream;
};

TEST(Stream, EchoesAndNoticesTheEnd) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  ShardGroup group(1);
  Echo echo(group);
  group.at(0).post([&] {
    echo.stream = Stream::adopt(group.at(0), pair[0]);
    echo.stream->set_handler(&echo);
    echo.stream->start();
    ASSERT_EQ(::write(pair[1], "hello", 5), 5);
    ::shutdown(pair[1], SHUT_WR);
  });
  group.run();
  char text[8];
  EXPECT_EQ(::read(pair[1], text, sizeof text), 5);
  ::close(pair[1]);
}

// Writes to a second stream of the same shard right after it has posted something: both wait for this turn.
struct Ordered final : StreamHandler {
  Ordered(std::vector<std::string>& log_, std::string name_) : log(log_), name(std::move(name_)) {}
  void on_data(std::span<char>) override {
    log.push_back(name);
    if (then) then();
  }
  void on_writable() override {}
  void on_end(bool) override {}
  std::vector<std::string>& log;
  std::string name;
  std::function<void()> then;
  Stream::Ptr stream;
};

// Who joins a room after he has seen one of its events elsewhere must not get that event again: what was posted before
// a peer sent something runs before that is read, in one turn too.
TEST(Stream, IsReadAfterWhatWasPostedBefore) {
  int first[2];
  int second[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, first), 0);
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, second), 0);
  ShardGroup group(1);
  std::vector<std::string> log;
  Ordered one(log, "first read");
  Ordered two(log, "second read");
  one.then = [&] {
    group.at(0).post([&] { log.emplace_back("posted"); });
    ASSERT_EQ(::write(second[1], "x", 1), 1);
  };
  two.then = [&] { group.stop(); };
  group.at(0).post([&] {
    one.stream = Stream::adopt(group.at(0), first[0]);
    two.stream = Stream::adopt(group.at(0), second[0]);
    for (Ordered* each : {&one, &two}) {
      each->stream->set_handler(each);
      each->stream->start();
    }
    ASSERT_EQ(::write(first[1], "x", 1), 1);
  });
  group.run();
  EXPECT_EQ(log, (std::vector<std::string>{"first read", "posted", "second read"}));
  one.stream.reset();
  two.stream.reset();
  ::close(first[1]);
  ::close(second[1]);
}

struct DueTimer final : Timer {
  explicit DueTimer(ShardGroup& group_) : group(group_) {}
  void on_timer(TimePoint now) override {
    if (++calls == 100'000) return group.stop();
    group.at(0).timers().arm(*this, now + std::chrono::nanoseconds(1));
  }
  ShardGroup& group;
  int calls = 0;
};

// With very many sessions some timer is always due; their sockets must be read all the same.
TEST(Stream, IsReadThoughTimersAreAlwaysDue) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  ShardGroup group(1);
  Echo echo(group);
  DueTimer timer(group);
  group.at(0).post([&] {
    group.at(0).timers().arm(timer, group.at(0).now());
    echo.stream = Stream::adopt(group.at(0), pair[0]);
    echo.stream->set_handler(&echo);
    echo.stream->start();
    ::shutdown(pair[1], SHUT_WR);
  });
  group.run();
  EXPECT_LT(timer.calls, 100'000);
  group.at(0).timers().cancel(timer);
  echo.stream.reset();
  ::close(pair[1]);
}

struct Clock final : StreamHandler {
  explicit Clock(ShardGroup& group_) : group(group_) {}
  void on_data(std::span<char>) override {
    seen = group.at(0).now();
    stream.reset();
    group.stop();
  }
  void on_writable() override {}
  void on_end(bool) override {}
  ShardGroup& group;
  Stream::Ptr stream;
  TimePoint seen;
};

// The first handler after a long wait must not see the time of before it: its deadlines would be too early by the wait.
TEST(Stream, HandlerAfterAWaitKnowsTheTime) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  ShardGroup group(1);
  Clock clock(group);
  std::promise<void> waiting;
  group.at(0).post([&] {
    clock.stream = Stream::adopt(group.at(0), pair[0]);
    clock.stream->set_handler(&clock);
    clock.stream->start();
    waiting.set_value();
  });
  std::thread runner([&] { group.run(); });
  waiting.get_future().wait();
  const TimePoint written = monotonic_now();
  ASSERT_EQ(::write(pair[1], "x", 1), 1);
  runner.join();
  EXPECT_GE(clock.seen, written);
  ::close(pair[1]);
}

TEST(BlockingPool, RefusesWhatItsQueueCannotHold) {
  std::promise<void> release;
  std::promise<void> running;
  BlockingPool pool("test", 1, 2);
  ASSERT_TRUE(pool.try_submit([&] {
    running.set_value();
    release.get_future().wait();
  }));
  running.get_future().wait();
  EXPECT_TRUE(pool.try_submit([] {}));
  EXPECT_TRUE(pool.try_submit([] {}));
  EXPECT_FALSE(pool.try_submit([] {}));
  release.set_value();
}

// Whether the calling thread would take this signal.
bool takes(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal) == 0;
}

// An application that waits for SIGTERM in one thread must get it there: a thread of ours would end the process.
TEST(Threads, TakeNoSignalsOfTheApplication) {
  ASSERT_TRUE(takes(SIGTERM));
  std::promise<std::vector<bool>> of_pool;
  std::promise<std::vector<bool>> of_shard;
  const auto look = [](std::promise<std::vector<bool>>& into) {
    into.set_value({takes(SIGTERM), takes(SIGINT), takes(SIGSEGV), takes(SIGPROF)});
  };
  BlockingPool pool("signals", 1, 1);
  ShardGroup group(2);
  ASSERT_TRUE(pool.try_submit([&] { look(of_pool); }));
  group.at(1).post([&] {
    look(of_shard);
    group.stop();
  });
  group.run();
  const std::vector<bool> expected = {false, false, true, true};
  EXPECT_EQ(of_pool.get_future().get(), expected);
  EXPECT_EQ(of_shard.get_future().get(), expected);
  EXPECT_TRUE(takes(SIGTERM));
}

TEST(Endpoint, ParsesAddresses) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:5000").value().to_url(), "http://127.0.0.1:5000");
  EXPECT_EQ(parse_endpoint("localhost:0").value().to_string(), "127.0.0.1:0");
  EXPECT_EQ(parse_endpoint("[::1]:80").value().to_string(), "[::1]:80");
  EXPECT_TRUE(parse_endpoint("[::1]:80").value().is_loopback());
  EXPECT_FALSE(parse_endpoint("0.0.0.0:80").value().is_loopback());
  EXPECT_TRUE(parse_endpoint("unix:/tmp/x").value().is_unix());
  for (const char* bad : {"", "5000", "example:80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x", "unix:"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

// A second server on the same address must be told, not share it.
TEST(Listener, RefusesAnAddressInUse) {
  ShardGroup group(1);
  auto first = Listener::open(group.at(0), parse_endpoint("127.0.0.1:0").value(),
                              [](int fd, const std::string&) { ::close(fd); });
  ASSERT_TRUE(first);
  EXPECT_NE((*first)->endpoint().port, 0);
  auto second = Listener::open(group.at(0), (*first)->endpoint(), [](int fd, const std::string&) { ::close(fd); });
  EXPECT_FALSE(second);
}

// Under taskset more shards than processors only take turns.
TEST(Cores, CountsThoseThatThisProcessMayUse) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(available_cores(), static_cast<unsigned>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_cores(), 1U);
  ::sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace sio::rt
