// The program without its main(): arguments in, exit code out.
#pragma once

#include <string>
#include <vector>

namespace parley::app {

// `arguments` without the program's name. Prints errors on standard error; lets no exception out.
int run(std::vector<std::string> arguments) noexcept;

}  // namespace parley::app
