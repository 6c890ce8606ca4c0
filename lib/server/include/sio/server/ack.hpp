// Acknowledgements, both ways: the answer that a client asked for (Ack), and answers that clients owe, as a callback or
// as something to co_await.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/shared_bytes.hpp"
#include "sio/base/time.hpp"
#include "sio/json/value.hpp"
#include "sio/server/arguments.hpp"
#include "sio/server/detached.hpp"
#include "sio/server/socket_ref.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

class Event;  // NOLINT(bugprone-forward-declaration-namespace): ws::Event is another
class Namespace;
class Socket;

// ---- answers that we owe

// The right to answer one event. Moved, never copied; may be kept, handed to another thread and used there, by one
// thread at a time. Answers at most once; thrown away unused, the client waits until it gives up, as with an event
// without handler. Does nothing once the socket is gone. Must not outlive the server.
class Ack {
 public:
  // Answers nothing.
  Ack() = default;
  Ack(Namespace& nsp, SocketRef socket, std::optional<AckId> id) : nsp_(&nsp), socket_(socket), id_(id) {}
  Ack(Ack&& other) noexcept : nsp_(other.nsp_), socket_(other.socket_), id_(std::exchange(other.id_, std::nullopt)) {}
  Ack& operator=(Ack&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    nsp_ = other.nsp_;
    socket_ = other.socket_;
    id_ = std::exchange(other.id_, std::nullopt);
    return *this;
  }
  ~Ack() { give_back(); }

  // The client asked for an answer, and none was given through this yet.
  bool wanted() const { return id_.has_value(); }
  // Answers. On the socket's shard it is queued during the call, from any other thread through the shard's mailbox.
  template <Writable... T>
  void operator()(const T&... values) {
    if (wanted()) answer(Arguments::of(values...));
  }
  // The same with a list that is there already.
  void answer(const Arguments& arguments);
  // Who asked.
  SocketRef socket() const { return socket_; }

 private:
  void give_back() noexcept {
    if (id_) return_to_event();
  }
  void return_to_event() noexcept;  // a handler that throws leaves the answer to on_handler_error()

  Namespace* nsp_ = nullptr;
  SocketRef socket_;
  std::optional<AckId> id_;
};

// ---- answers that clients owe

// How it ended: the client answered, did not in time, or was gone (before, or while we waited).
enum class AckStatus : std::uint8_t { answered, timed_out, disconnected };

// `arguments`: the client's answer as a JSON array, "[]" unless answered; with its attachments; both valid during the
// call. Called once, on the socket's shard; what it throws is dropped. If the server is destroyed while the answer is
// still due, it is destroyed uncalled.
using AckCallback =
    std::function<void(AckStatus status, json::Value arguments, std::span<const SharedBytes> attachments)>;

namespace detail {

// An element of a JSON array as a T; none if it is missing or no T. T must not borrow from the text.
template <Readable T>
  requires(!borrows<T>())
std::optional<T> argument_at(std::string_view array, std::span<const SharedBytes> attachments, std::size_t index) {
  const auto found = json::Value(array).at(index);
  InputTexts texts;
  std::optional<T> value(std::in_place);
  if (!found || !Input(*found, attachments, texts).read(*value)) value.reset();
  return value;
}

}  // namespace detail

// What came of waiting for one client. A value; `socket` apart it may be kept.
struct AckResult {
  // How it ended.
  AckStatus status = AckStatus::disconnected;
  // The socket that was asked; null when it is gone. Good up to the next co_await, on its shard.
  Socket* socket = nullptr;
  // The answer as a JSON array; "[]" unless answered.
  std::string text = "[]";
  // Binary data of the answer.
  std::vector<SharedBytes> attachments;

  // Whether the client answered.
  explicit operator bool() const { return status == AckStatus::answered; }
  // A view of `text`.
  json::Value arguments() const { return json::Value(text); }
  // An argument of the answer as a T, counted from 0; none if it is missing or no T.
  template <Readable T>
  std::optional<T> get(std::size_t index) const {
    return detail::argument_at<T>(text, attachments, index);
  }
};

namespace detail {

// Owns the frame of a coroutine that waits: destroys it unless it was resumed.
class WaitingFrame {
 public:
  explicit WaitingFrame(std::coroutine_handle<> frame) : frame_(frame) {}
  WaitingFrame(const WaitingFrame&) = delete;
  WaitingFrame& operator=(const WaitingFrame&) = delete;
  ~WaitingFrame() {
    if (frame_) frame_.destroy();
  }
  void resume() { std::exchange(frame_, nullptr).resume(); }

 private:
  std::coroutine_handle<> frame_;
};

}  // namespace detail

// What Socket::emit_with_ack() gives to co_await, in a coroutine of type Detached and on the socket's shard. The event
// is sent by co_await, not before. Resumed on the socket's shard, once: with the answer, at the timeout, or when the
// socket goes.
class [[nodiscard("co_await it: nothing is sent before")]] AckAwaiter {
 public:
  // Made by Socket::emit_with_ack().
  AckAwaiter(Socket& socket, std::string_view name, Arguments arguments, Milliseconds timeout)
      : socket_(socket), name_(name), arguments_(std::move(arguments)), timeout_(timeout) {}
  AckAwaiter(const AckAwaiter&) = delete;
  AckAwaiter& operator=(const AckAwaiter&) = delete;

  bool await_ready() const;
  void await_suspend(std::coroutine_handle<Detached::promise_type> waiting);
  AckResult await_resume() { return std::move(result_); }

 private:
  Socket& socket_;
  std::string name_;
  Arguments arguments_;
  Milliseconds timeout_;
  AckResult result_;
};

// ---- answers of many clients

// What came of asking all targets of a Broadcast, on all shards of this server.
struct BroadcastAnswers {
  // One client's.
  struct Answer {
    // Who answered.
    SocketRef socket;
    std::string text;  // the arguments, as a JSON array
    // Binary data of the answer.
    std::vector<SharedBytes> attachments;

    // A view of `text`.
    json::Value arguments() const { return json::Value(text); }
    // An argument as a T, counted from 0; none if it is missing or no T.
    template <Readable T>
    std::optional<T> get(std::size_t index) const {
      return detail::argument_at<T>(text, attachments, index);
    }
  };
  std::vector<Answer> answers;  // in no particular order
  std::size_t missing = 0;      // targets that did not answer in time, or went

  // Whether all targets have answered.
  bool complete() const { return missing == 0; }
};

// Called once, when all targets have answered or the time is over, on the shard from which the question was asked, or
// on shard 0 if it was asked from another thread; never during the asking call. What it throws is dropped. If the
// server ends first, it may be destroyed uncalled.
using BroadcastAckCallback = std::function<void(const BroadcastAnswers& answers)>;

}  // namespace sio
