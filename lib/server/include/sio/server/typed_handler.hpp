// Handlers with parameters of C++ types: [](Socket& socket, int x, std::string_view name, std::optional<double> speed,
// Ack ack) {…}. What Namespace::on() makes of them.
//
// The first parameter is Socket&. Then come the arguments, each a Readable type (convert.hpp) by value or const
// reference; std::string_view and json::Value are valid during the handler. An optional one may be missing or null.
// Last, if wanted, an Ack by value. The handler must be callable as const, since all shards call it at once. It returns
// nothing, or Detached if it is a coroutine; that outlives the call, so it takes its arguments by value and none that
// points into the event (what would dangle does not compile).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sio/server/ack.hpp"
#include "sio/server/convert.hpp"
#include "sio/server/detached.hpp"
#include "sio/server/event.hpp"
#include "sio/server/socket.hpp"

namespace sio {

// Why the arguments of an event do not fit its handler.
struct InvalidArguments {
  // What is wrong with it.
  enum class Kind : std::uint8_t { missing, extra, wrong };
  // Of the first argument that does not fit.
  Kind kind;
  std::size_t index;  // of the argument, counted from 0; `extra`: of the first that is too much

  // A sentence for the client: "Argument 2 is missing."
  std::string message() const;
};

namespace detail {

template <class... T>
struct Types {};

// What a callable returns and takes.
template <class F>
struct SignatureOf : SignatureOf<decltype(&F::operator())> {};
template <class R, class... P>
struct SignatureOf<R (*)(P...)> {
  using Result = R;
  using Parameters = Types<P...>;
};
template <class R, class... P>
struct SignatureOf<R (*)(P...) noexcept> : SignatureOf<R (*)(P...)> {};
template <class F, class R, class... P>
struct SignatureOf<R (F::*)(P...) const> : SignatureOf<R (*)(P...)> {};
template <class F, class R, class... P>
struct SignatureOf<R (F::*)(P...) const noexcept> : SignatureOf<R (*)(P...)> {};
template <class F, class R, class... P>
struct SignatureOf<R (F::*)(P...)> {
  static_assert(!std::is_same_v<F, F>, "a handler is called by all shards at once: no mutable lambda");
};

// The arguments among a handler's parameters: all but Socket& and a last Ack.
template <class Done, class Rest>
struct SplitParameters;
template <class... Done>
struct SplitParameters<Types<Done...>, Types<>> {
  using Arguments = Types<Done...>;
  static constexpr bool takes_ack = false;
};
template <class... Done>
struct SplitParameters<Types<Done...>, Types<Ack>> {
  using Arguments = Types<Done...>;
  static constexpr bool takes_ack = true;
};
template <class... Done, class Next, class... Rest>
struct SplitParameters<Types<Done...>, Types<Next, Rest...>>
    : SplitParameters<Types<Done..., std::remove_cvref_t<Next>>, Types<Rest...>> {
  static_assert(!std::is_same_v<std::remove_cvref_t<Next>, Ack>, "Ack is the last parameter, by value");
  static_assert(!std::is_lvalue_reference_v<Next> || std::is_const_v<std::remove_reference_t<Next>>,
                "arguments are taken by value or const reference");
  static_assert(Readable<std::remove_cvref_t<Next>>, "this type needs bool from_json(const sio::Input&, T&)");
};

template <class Parameters>
struct HandlerParameters {
  static_assert(!std::is_same_v<Parameters, Parameters>, "a handler's first parameter is sio::Socket&, or sio::Event&");
};
template <class... P>
struct HandlerParameters<Types<Socket&, P...>> : SplitParameters<Types<>, Types<P...>> {};

// Calls Namespace's handler for events whose arguments do not fit.
void reject_arguments(Event& event, const InvalidArguments& why);

// The event whose handler runs on this thread and takes an Ack: there an unused one goes back to, should the handler
// throw.
class AckScope {
 public:
  explicit AckScope(Event& event);
  AckScope(const AckScope&) = delete;
  AckScope& operator=(const AckScope&) = delete;
  ~AckScope();

 private:
  Event* before_;
};

// Reads the arguments of an event one by one.
class ArgumentReader {
 public:
  explicit ArgumentReader(const Event& event) : elements_(event.values()), attachments_(event.attachments()) {}

  template <class T>
  bool read(T& out) {
    if (error_) return false;
    if (elements_ == json::EndOfRange{}) {
      if constexpr (is_optional<T>) return true;
      return fail(InvalidArguments::Kind::missing);
    }
    if (!Input(*elements_, attachments_, texts_).read(out)) return fail(InvalidArguments::Kind::wrong);
    ++elements_;
    ++index_;
    return true;
  }
  // After the last one: is there nothing left?
  bool finish() { return !error_ && (elements_ == json::EndOfRange{} || fail(InvalidArguments::Kind::extra)); }
  const InvalidArguments& error() const { return *error_; }

 private:
  bool fail(InvalidArguments::Kind kind) {
    error_ = InvalidArguments{kind, index_};
    return false;
  }

  json::Elements elements_;
  std::span<const SharedBytes> attachments_;
  InputTexts texts_;
  std::size_t index_ = 0;
  std::optional<InvalidArguments> error_;
};

template <bool TakesAck, class F, class... T>
void call_typed(const F& handler, Event& event, Types<T...>) {
  ArgumentReader reader(event);
  std::tuple<T...> values;
  const bool read = std::apply([&](T&... value) { return (reader.read(value) && ...); }, values) && reader.finish();
  if (!read) return reject_arguments(event, reader.error());
  std::apply(
      [&](T&... value) {
        if constexpr (TakesAck) {
          const AckScope scope(event);
          handler(event.socket(), std::move(value)..., event.take_ack());
        } else {
          handler(event.socket(), std::move(value)...);
        }
      },
      values);
}

// Whether a coroutine with these parameters may outlive the event: all by value but the Socket&, no view among them.
template <class... P>
consteval bool outlives_event(Types<Socket&, P...>) {
  return ((!std::is_reference_v<P> && !borrows<P>()) && ...);
}

template <class F>
std::function<void(Event&)> typed_handler(F handler) {
  using Signature = SignatureOf<F>;
  using Parameters = HandlerParameters<typename Signature::Parameters>;
  constexpr bool is_coroutine = std::is_same_v<typename Signature::Result, Detached>;
  static_assert(is_coroutine || std::is_void_v<typename Signature::Result>, "a handler returns nothing, or Detached");
  if constexpr (is_coroutine) {
    static_assert(outlives_event(typename Signature::Parameters{}),
                  "a coroutine outlives the event: take std::string, or a struct of your own, by value");
  }
  return [handler = std::move(handler)](Event& event) {
    call_typed<Parameters::takes_ack>(handler, event, typename Parameters::Arguments{});
  };
}

}  // namespace detail

}  // namespace sio
