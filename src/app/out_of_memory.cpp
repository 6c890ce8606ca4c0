#include "out_of_memory.hpp"

#include <unistd.h>

#include <new>
#include <string_view>
#include <system_error>

#include "exit_code.hpp"

namespace parley::app {
namespace {

std::terminate_handler default_terminate = nullptr;

// No destructor runs, no queue is emptied, nothing is allocated: what is half done in other threads stays undone.
[[noreturn]] void end_at_once(std::string_view why) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, why.data(), why.size());
  ::_exit(static_cast<int>(ExitCode::system));
}

[[noreturn]] void on_new_failed() {
  end_at_once("parley: out of memory; ending at once. Everything that was acknowledged is stored.\n");
}

// Also what escapes a thread: a library that reports lack of memory by itself (Asio) does not ask the new-handler.
[[noreturn]] void on_terminate() {
  if (std::current_exception() != nullptr) {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      on_new_failed();
    } catch (const std::exception& error) {
      if (is_lack_of_resources(error)) {
        end_at_once("parley: the system gave no thread or memory; ending at once. What was acknowledged is stored.\n");
      }
    } catch (...) {  // NOLINT(bugprone-empty-catch): not ours to judge; it aborts below
    }
  }
  default_terminate();
  ::_exit(static_cast<int>(ExitCode::internal));
}

}  // namespace

void end_when_resources_run_out() {
  std::set_new_handler(on_new_failed);
  default_terminate = std::set_terminate(on_terminate);
}

bool is_lack_of_resources(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const auto* of_system = dynamic_cast<const std::system_error*>(&error);
  if (of_system == nullptr) return false;
  const std::error_code code = of_system->code();
  return code == std::errc::not_enough_memory || code == std::errc::resource_unavailable_try_again ||
         code == std::errc::too_many_files_open || code == std::errc::too_many_files_open_in_system;
}

}  // namespace parley::app
