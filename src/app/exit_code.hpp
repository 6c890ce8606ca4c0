// How `parley` ends (sysexits), and the one exception of the product: something is wrong at start-up.
#pragma once

#include <stdexcept>
#include <string>

namespace parley::app {

enum class ExitCode : int {
  ok = 0,
  usage = 64,          // the command line
  data = 65,           // what was given or stored is damaged or not acceptable
  unavailable = 69,    // a service we need does not answer
  internal = 70,       // our fault
  system = 71,         // no memory, no thread
  cannot_create = 73,  // a file, a socket, an account that exists; the data are in use
  io = 74,             // reading or writing failed
  configuration = 78,  // a configuration file, the environment, a newer schema
};

// Thrown while starting only; main() prints the sentence on standard error and ends with the code.
class StartupError : public std::runtime_error {
 public:
  StartupError(ExitCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace parley::app
