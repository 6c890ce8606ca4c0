// What the tests of this module share: a directory that goes away, a listener that remembers, a store with people in
// it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "parley/store_sqlite/store.hpp"
#include "sqlite.hpp"

namespace parley::store {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "parley-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    return names;
  }

 private:
  std::filesystem::path path_;
};

// Keeps every batch. Can hold the writer up inside on_committed().
class Recorder final : public service::CommitListener {
 public:
  void on_committed(service::BatchPtr batch) noexcept override {
    std::unique_lock lock(mutex_);
    batches_.push_back(batch);
    outcomes_ += batch->outcomes.size();
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
  }

  void hold() { set_held(true); }
  void let_go() { set_held(false); }

  // Waits until that many outcomes have come in all.
  void wait_for(std::size_t outcomes) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return outcomes_ >= outcomes; }))
        << outcomes_ << " outcomes of " << outcomes;
  }
  std::vector<service::BatchPtr> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  std::vector<service::Outcome> outcomes() const {
    std::vector<service::Outcome> all;
    for (const auto& batch : batches()) all.insert(all.end(), batch->outcomes.begin(), batch->outcomes.end());
    return all;
  }
  template <class Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const service::Outcome& outcome : outcomes()) {
      if (const auto* kind = std::get_if<Kind>(&outcome)) found.push_back(*kind);
    }
    return found;
  }

 private:
  void set_held(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<service::BatchPtr> batches_;
  std::size_t outcomes_ = 0;
  bool held_ = false;
};

class ChangeRecorder final : public service::AccountListener {
 public:
  void on_account_changed(const service::AccountChange& change) noexcept override {
    const std::lock_guard lock(mutex_);
    changes_.push_back(change);
  }
  std::vector<service::AccountChange> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<service::AccountChange> changes_;
};

// A store that is open and running, on a file of its own.
class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    options_.file = dir_ / "parley.db";
    options_.queue_age_max = std::chrono::minutes(5);  // the machine may be busy with other things
  }

  void open() {
    recorder_ = std::make_unique<Recorder>();
    auto opened = SqliteStore::open(options_);
    ASSERT_TRUE(opened) << opened.error().detail;
    store_ = std::move(opened).value();
    store_->set_commit_listener(*recorder_);
    store_->add_account_listener(changes_);
    store_->set_on_failed([this](const std::string& why) { failure_ = why; });
    store_->start();
    expected_ = 0;
  }
  void reopen() {
    store_.reset();
    open();
  }

  domain::UserId add(std::string_view name, domain::Role role) {
    auto added = store_->directory().add(
        {std::string(name), std::string(name) + "@example.org", "hash of " + std::string(name), role, false});
    EXPECT_TRUE(added) << name;
    return added ? *added : domain::UserId();
  }
  // One admin, two users: the people of most tests.
  void open_with_people() {
    open();
    admin_ = add("admin", domain::Role::admin);
    ann_ = add("ann", domain::Role::user);
    bob_ = add("bob", domain::Role::user);
  }

  // Queues; the outcome is waited for with settle().
  void append(domain::UserId from, domain::UserId to, std::string content, std::string client_id = {},
              service::Origin origin = {}) {
    ASSERT_TRUE(store_->log().try_append({from, to, std::move(content), std::move(client_id), origin}));
    ++expected_;
  }
  void append_mark(domain::UserId reader, domain::UserId sender, std::int64_t up_to) {
    ASSERT_TRUE(store_->log().try_mark_read({reader, sender, domain::MessageId(up_to), {}}));
    ++expected_;
  }
  void settle() { recorder_->wait_for(expected_); }

  // One at a time: the outcome.
  service::Outcome send(domain::UserId from, domain::UserId to, std::string content, std::string client_id = {}) {
    append(from, to, std::move(content), std::move(client_id));
    settle();
    return recorder_->outcomes().back();
  }
  std::int64_t sent_id(domain::UserId from, domain::UserId to, std::string content = "x", std::string client_id = {}) {
    const service::Outcome outcome = send(from, to, std::move(content), std::move(client_id));
    const auto* stored = std::get_if<service::Stored>(&outcome);
    EXPECT_NE(stored, nullptr);
    return stored == nullptr ? 0 : stored->message.id.value;
  }
  service::Marked mark(domain::UserId reader, domain::UserId sender, std::int64_t up_to) {
    append_mark(reader, sender, up_to);
    settle();
    return recorder_->all<service::Marked>().back();
  }
  static std::optional<service::SendError> error_of(const service::Outcome& outcome) {
    const auto* refused = std::get_if<service::SendRefused>(&outcome);
    return refused == nullptr ? std::nullopt : std::optional(refused->error);
  }
  std::vector<domain::Message> history(domain::UserId me, domain::UserId partner, service::PageQuery query = {}) {
    auto page = store_->reader().conversation(me, partner, query);
    EXPECT_TRUE(page);
    return page ? std::move(page->items) : std::vector<domain::Message>();
  }

  TempDir dir_;
  StoreOptions options_;
  ChangeRecorder changes_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<SqliteStore> store_;
  std::string failure_;
  std::size_t expected_ = 0;
  domain::UserId admin_;
  domain::UserId ann_;
  domain::UserId bob_;
};

}  // namespace parley::store
