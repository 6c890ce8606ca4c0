// A change of accounts as a command: runs in the writer's transaction, and answers the thread that waits when the
// transaction has ended.
#pragma once

#include <future>
#include <optional>
#include <utility>

#include "account_writes.hpp"
#include "sqlite.hpp"

namespace parley::store {

class Job {
 public:
  virtual ~Job() = default;
  virtual void run(Connection& db, Changes& changes) = 0;
  // After COMMIT, or after it became clear that there will be none.
  virtual void answer(bool committed) = 0;
};

// `Body`: Answer(Connection&, Changes&). `refusal`: the answer when nothing was committed.
template <class Answer, class Body>
class JobOf final : public Job {
 public:
  JobOf(Body body, Answer refusal) : body_(std::move(body)), refusal_(std::move(refusal)) {}
  std::future<Answer> future() { return promise_.get_future(); }
  void run(Connection& db, Changes& changes) override { answer_.emplace(body_(db, changes)); }
  void answer(bool committed) override {
    promise_.set_value(committed && answer_ ? std::move(*answer_) : std::move(refusal_));
  }

 private:
  Body body_;
  Answer refusal_;
  std::optional<Answer> answer_;
  std::promise<Answer> promise_;
};

// A command that nobody waits for. `Body`: void(Connection&, Changes&).
template <class Body>
class Posted final : public Job {
 public:
  explicit Posted(Body body) : body_(std::move(body)) {}
  void run(Connection& db, Changes& changes) override { body_(db, changes); }
  void answer(bool /*committed*/) override {}

 private:
  Body body_;
};

}  // namespace parley::store
