#include "settings.hpp"

#include <toml++/toml.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "options.hpp"

namespace parley::app {
namespace {

constexpr std::string_view kPrefix = "PARLEY_";

// Variables with our prefix that are no configuration: Kubernetes sets some in every pod beside a service of the name
// "parley", and this repository's own scripts and tests leave theirs in the environment of the servers they start.
bool is_not_configuration(std::string_view name) {
  for (const std::string_view tool :
       {"PARLEY_BIN", "PARLEY_JOBS", "PARLEY_PYTHON", "PARLEY_CRASH_SEED", "PARLEY_SLOW"}) {
    if (name == tool) return true;
  }
  return name == "PARLEY_PORT" || name.starts_with("PARLEY_PORT_") || name.starts_with("PARLEY_SERVICE_");
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    if (const std::string_view part = text.substr(0, comma); !part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::string> to_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "on" : "off");
  return std::nullopt;
}

std::optional<std::vector<std::string>> to_texts(const toml::node& node, const OptionSpec& spec) {
  const auto* array = node.as_array();
  if (array == nullptr) {
    auto text = to_text(node);
    if (!text) return std::nullopt;
    return std::vector<std::string>{std::move(*text)};
  }
  if (spec.kind != OptionKind::list) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& element : *array) {
    auto text = to_text(element);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

struct Source {
  const Settings* settings;
  ExitCode code;
  std::string (*name)(std::string_view option);
};

void check_together(const Config& config) {
  if (!config.rate_limits && !config.all_listeners_loopback()) {
    throw StartupError(ExitCode::configuration, "--rate-limits off is refused unless every listener is on loopback");
  }
  if (config.refresh_token_ttl < config.access_token_ttl) {
    throw StartupError(ExitCode::configuration, "--refresh-token-ttl is shorter than --access-token-ttl");
  }
}

}  // namespace

Settings settings_from_environment(const std::vector<std::string>& environment, std::filesystem::path& config_file) {
  Settings settings;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string::npos) continue;
    const std::string name = entry.substr(0, equals);
    const std::string value = entry.substr(equals + 1);
    if (is_not_configuration(name)) continue;
    if (name == "PARLEY_CONFIG") {
      if (config_file.empty()) config_file = value;
      continue;
    }
    const OptionSpec* found = nullptr;
    for (const OptionSpec& spec : option_specs()) {
      if (environment_name(spec.name) == name) found = &spec;
    }
    if (found == nullptr) throw StartupError(ExitCode::configuration, "unknown environment variable " + name);
    auto values = found->kind == OptionKind::list ? split(value) : std::vector<std::string>{value};
    if (!values.empty()) settings.emplace(found->name, std::move(values));
  }
  return settings;
}

Settings settings_from_toml(std::string_view document, const std::string& file_name) {
  Settings settings;
  try {
    const toml::table table = toml::parse(document, file_name);
    for (const auto& [key, node] : table) {
      const OptionSpec* spec = find_option(key.str());
      if (spec == nullptr) {
        throw StartupError(ExitCode::configuration, file_name + ": unknown key " + std::string(key.str()));
      }
      auto texts = to_texts(node, *spec);
      if (!texts) {
        throw StartupError(ExitCode::configuration,
                           file_name + ": " + std::string(key.str()) + " is neither text, number nor true or false");
      }
      if (!texts->empty()) settings.emplace(spec->name, std::move(*texts));
    }
  } catch (const toml::parse_error& error) {
    throw StartupError(ExitCode::configuration, file_name + ", line " + std::to_string(error.source().begin.line) +
                                                    ": " + std::string(error.description()));
  }
  return settings;
}

Settings settings_from_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string document{std::istreambuf_iterator<char>(in), {}};
  if (!in || in.bad()) throw StartupError(ExitCode::configuration, "cannot read " + file.string());
  return settings_from_toml(document, file.string());
}

Config resolve(const Settings& flags, const Settings& environment, const Settings& file) {
  const std::array<Source, 3> sources{
      Source{&flags, ExitCode::usage, [](std::string_view option) { return "--" + std::string(option); }},
      Source{&environment, ExitCode::configuration, environment_name},
      Source{&file, ExitCode::configuration,
             [](std::string_view option) { return std::string(option) + " in the configuration file"; }}};
  Config config;
  for (const OptionSpec& spec : option_specs()) {
    const Source* given = nullptr;
    for (const Source& source : sources) {
      if (given == nullptr && source.settings->contains(spec.name)) given = &source;
    }
    if (given != nullptr) {
      const auto& values = given->settings->find(spec.name)->second;
      if (!spec.apply(config, values)) {
        throw StartupError(given->code,
                           given->name(spec.name) + ": '" + values.back() + "' is not " + std::string(spec.unit));
      }
    } else if (!spec.default_text.empty()) {
      if (!spec.apply(config, {std::string(spec.default_text)})) {
        throw StartupError(ExitCode::internal, "bad default of --" + std::string(spec.name));
      }
      if (spec.name == "metrics-listen") config.metrics_listen_is_default = true;
    }
  }
  check_together(config);
  return config;
}

}  // namespace parley::app
