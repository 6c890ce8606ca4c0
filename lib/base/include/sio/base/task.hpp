// Task: a move-only `void()` callable, run at most once. What mailboxes carry.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace sio {

class Task {
 public:
  Task() = default;

  // Takes a callable over; one that can only be moved is fine.
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, Task>)
  Task(F&& f) : body_(std::make_unique<Body<std::decay_t<F>>>(std::forward<F>(f))) {}  // NOLINT

  // Whether there is something to run.
  explicit operator bool() const { return body_ != nullptr; }
  // Runs it, and is empty afterwards. Empty already: undefined.
  void operator()() { std::exchange(body_, nullptr)->run(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Body final : Base {
    explicit Body(F f) : callable(std::move(f)) {}
    void run() override { callable(); }
    F callable;
  };

  std::unique_ptr<Base> body_;
};

}  // namespace sio
