// Result<T, E>: a value, or the error of the module that failed. Never both, never neither.
// Errors are enums (one per module); exceptions stay for out of memory and start-up.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "sio/base/check.hpp"

namespace sio {

template <class E>
struct Failure {
  E error;
};

template <class E>
Failure<E> fail(E error) {
  return {std::move(error)};
}

template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Failure<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  T& value() & {
    SIO_CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    SIO_CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    SIO_CHECK(ok());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const E& error() const {
    SIO_CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, E> state_;
};

// Success without a value.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(Failure<E> failure) : error_(std::move(failure.error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  const E& error() const {
    SIO_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace sio
