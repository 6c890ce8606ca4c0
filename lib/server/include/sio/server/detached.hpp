// The coroutine type of handlers that wait: begun by being called, ended by itself, watched by nobody.
//
//   nsp.on("order", [](sio::Socket& socket, std::string dish) -> sio::Detached {
//     const sio::AckResult answer = co_await socket.emit_with_ack("sure?", 10s, dish);
//     if (answer.get<bool>(0) == true) answer.socket->emit("ordered", dish);
//   });
#pragma once

#include <coroutine>

namespace sio {

// Runs on the calling thread up to its first co_await, and from there on wherever what it waits for resumes it: for
// acknowledgements on the socket's shard. Its frame lives until the coroutine ends, or until the server is destroyed
// while it waits: then its locals are destroyed and nothing more of it runs.
// What it throws is dropped, before the first co_await too: catch what you want to know of.
// Parameters are kept in the frame, but references and views among them are only as good as what they refer to: take
// std::string, not std::string_view, and use a Socket& only up to the next co_await (see AckResult::socket).
struct Detached {
  struct promise_type {  // NOLINT(readability-identifier-naming): the language asks for this name
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

}  // namespace sio
