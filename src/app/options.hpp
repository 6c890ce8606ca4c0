// The one table of options: name, default, unit, help, and how a text becomes a value. The command line, the
// environment, the configuration file and `--help` are all made from it, so none can know an option the others do not.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"

namespace parley::app {

enum class OptionKind : unsigned char {
  value,  // exactly one text
  list,   // repeatable; in the environment separated by commas, in the file an array
  flag,   // on or off; on the command line "on" need not be written
};

struct OptionSpec {
  std::string_view name;  // "message-rate": --message-rate, PARLEY_MESSAGE_RATE, message-rate = "5/s"
  OptionKind kind;
  std::string_view unit;          // shown by --help
  std::string_view default_text;  // parsed like any other value; empty: not set
  std::string_view help;
  bool everywhere;  // of every command, not of `serve` alone
  // Puts `values` (at least one) into the configuration; false: not acceptable.
  bool (*apply)(Config& config, const std::vector<std::string>& values);
};

std::span<const OptionSpec> option_specs();
const OptionSpec* find_option(std::string_view name);

// "PARLEY_MESSAGE_RATE" for "message-rate".
std::string environment_name(std::string_view option);

}  // namespace parley::app
