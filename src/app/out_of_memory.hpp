// What happens when memory, or the threads that a start needs, cannot be had: the process ends at once, with one line
// on standard error and exit code 71, as if it had been killed there. Nothing that was acknowledged is lost by that (it
// is on the disk before it is acknowledged), and no thread is left out of step with the others. Docs: docs/adr/0017.
// What fails by itself and leaves the rest sound is not meant: SQLite's own memory (storage_unavailable) and that of
// password hashes (503 overloaded).
#pragma once

#include <exception>

namespace parley::app {

// Installs the new-handler and the terminate handler. Once, before threads are started.
void end_when_resources_run_out();

// Whether `error` says that memory, threads or descriptors ran out.
bool is_lack_of_resources(const std::exception& error);

}  // namespace parley::app
