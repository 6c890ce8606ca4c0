// A server in the test's process: its run() in a thread of its own, on a free port. Private, tests only.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "sio/server/server.hpp"
#include "test_client.hpp"

namespace sio::test {

inline ServerOptions threads(unsigned count) {
  ServerOptions options;
  options.threads = count;
  options.turn_lag_max = Milliseconds(0);  // the machine may be busy with other things
  return options;
}

// Set it up through server(), then start(). Stopped by stop() or at the end, within the time that options allow and
// some.
class TestServer {
 public:
  explicit TestServer(const ServerOptions& options = threads(2)) : server_(std::make_unique<Server>(options)) {}
  ~TestServer() {
    if (thread_.joinable()) stop();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server& server() { return *server_; }
  Namespace& of(std::string_view name) { return server_->of(name); }
  void start() {
    const auto bound = server_->listen("127.0.0.1:0");
    if (!bound) give_up(bound.error());
    port_ = bound->port;
    std::packaged_task<void()> run([this] { server_->run(); });
    ended_ = run.get_future();
    thread_ = std::thread(std::move(run));
  }
  unsigned short port() const { return port_; }

  void stop() {
    server_->stop();
    if (ended_.wait_for(std::chrono::milliseconds(kWaitMs)) != std::future_status::ready) {
      std::fputs("the server does not stop\n", stderr);
      std::abort();  // its thread cannot be joined
    }
    thread_.join();
    EXPECT_NO_THROW(ended_.get());
  }

  // Runs `function` on a shard and waits for its end.
  template <class F>
  void on_shard(unsigned shard, F&& function) {
    std::promise<void> done;
    server_->shard(shard).post([&] {
      function();
      done.set_value();
    });
    if (done.get_future().wait_for(std::chrono::milliseconds(kWaitMs)) != std::future_status::ready) {
      std::fputs("a shard does not answer\n", stderr);
      std::abort();
    }
  }

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::future<void> ended_;
  unsigned short port_ = 0;
};

// What handlers on shards tell the test, in order.
class Log {
 public:
  void add(std::string entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    added_.notify_all();
  }
  // The oldest entry not taken yet; waits for it.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!added_.wait_for(lock, std::chrono::milliseconds(kWaitMs), [this] { return !entries_.empty(); })) {
      give_up("nothing was logged in time");
    }
    std::string entry = std::move(entries_.front());
    entries_.pop_front();
    return entry;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return entries_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::string> entries_;
};

}  // namespace sio::test
