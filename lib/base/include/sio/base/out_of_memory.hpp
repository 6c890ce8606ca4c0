// For libraries in C that report lack of memory by a result: ends as an operator new that fails.
#pragma once

#include <new>

namespace sio {

// Calls the new-handler if there is one, else throws std::bad_alloc.
[[noreturn]] inline void fail_without_memory() {
  if (const std::new_handler handler = std::get_new_handler(); handler != nullptr) handler();
  throw std::bad_alloc();
}

}  // namespace sio
