// Calls of an application's handlers, whose exceptions end here and are told to the observer. Private.
#pragma once

#include <utility>

#include "core.hpp"
#include "guard.hpp"
#include "sio/server/observer.hpp"

namespace sio {

// False: it threw.
template <class F, class... Arguments>
bool call_handler(ServerCore& core, const Namespace& nsp, F&& function, Arguments&&... arguments) noexcept {
  if (call_guarded(std::forward<F>(function), std::forward<Arguments>(arguments)...)) return true;
  if (ServerObserver* observer = core.observer()) observer->on_handler_exception(nsp);
  return false;
}

}  // namespace sio
