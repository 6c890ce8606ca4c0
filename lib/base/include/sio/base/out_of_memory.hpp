// Lack of memory where no caller can go on: libraries in C that report it by a result, threads that would be missing.
#pragma once

#include <exception>
#include <new>
#include <utility>

namespace sio {

// Ends as an operator new that fails: calls the new-handler if there is one, else throws std::bad_alloc.
[[noreturn]] inline void fail_without_memory() {
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  throw std::bad_alloc();
}

// Runs `function`. What it throws ends the process by std::terminate, whose handler can look at it: GCC's noexcept
// alone hides an exception that has destroyed something on its way.
template <class F>
void run_or_terminate(F&& function) noexcept {
  try {
    std::forward<F>(function)();
  } catch (...) {
    std::terminate();
  }
}

}  // namespace sio
