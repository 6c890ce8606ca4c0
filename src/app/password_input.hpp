// Where passwords come from: standard input, or a question on the terminal without echo. Never an argument, which every
// process of the machine could read.
#pragma once

#include <istream>
#include <string>

namespace parley::app {

// From the terminal (asked twice) if standard input is one, else the first line of standard input.
// Throws StartupError(data) if there is none or the two differ.
std::string read_new_password();

// The first line without its end (LF or CRLF); throws StartupError(data) if there is none.
std::string read_password_line(std::istream& in);

}  // namespace parley::app
