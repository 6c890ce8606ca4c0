// Result<T, E>: a value, or the error of the module that failed. Never both, never neither.
// Errors are enums (one per module); exceptions stay for out of memory and start-up.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "sio/base/check.hpp"

namespace sio {

// What a function returns that has failed: see fail().
template <class E>
struct Failure {
  E error;
};

// `return fail(Error::x);` from a function that returns a Result.
template <class E>
Failure<E> fail(E error) {
  return {std::move(error)};
}

// A value or an error; looking at the one that is not there is a CHECK.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Failure<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}  // NOLINT

  // Whether there is a value.
  explicit operator bool() const { return state_.index() == 0; }
  // Whether there is a value.
  bool ok() const { return state_.index() == 0; }

  // The value. CHECK if there is an error instead.
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
  // A member of the value. CHECK if there is an error instead.
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // The error. CHECK if there is a value instead.
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

  // Whether it succeeded.
  explicit operator bool() const { return !error_; }
  // Whether it succeeded.
  bool ok() const { return !error_; }
  // The error. CHECK if it succeeded.
  const E& error() const {
    SIO_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace sio
