// Calls into the application. Nothing here throws after start-up, handlers of applications may: it ends at the call.
// Private.
#pragma once

#include <utility>

namespace sio {

// False: it threw.
template <class F, class... Arguments>
bool call_guarded(F&& function, Arguments&&... arguments) noexcept {
  try {
    std::forward<F>(function)(std::forward<Arguments>(arguments)...);
    return true;
  } catch (...) {  // NOLINT(bugprone-empty-catch): the caller knows what its failure means
    return false;
  }
}

}  // namespace sio
