// Where configuration comes from, and which source wins: flags, then PARLEY_* environment variables, then the
// configuration file, then defaults. A key that nobody knows is an error in each of them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "exit_code.hpp"

namespace parley::app {

// Option name → texts given for it, from one source.
using Settings = std::map<std::string, std::vector<std::string>, std::less<>>;

// `environment`: "NAME=value" texts. `config_file` is taken from PARLEY_CONFIG when set there and still empty.
// Throws StartupError(configuration) for an unknown PARLEY_… name.
Settings settings_from_environment(const std::vector<std::string>& environment, std::filesystem::path& config_file);

// A TOML document with the options' names as keys at its top level. Throws StartupError(configuration).
Settings settings_from_toml(std::string_view document, const std::string& file_name);
Settings settings_from_file(const std::filesystem::path& file);

// The configuration that results. Throws StartupError: usage for a bad flag, configuration for the rest.
Config resolve(const Settings& flags, const Settings& environment, const Settings& file);

}  // namespace parley::app
