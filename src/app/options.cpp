#include "options.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "units.hpp"

namespace parley::app {
namespace {

using Values = std::vector<std::string>;

constexpr std::uint64_t kLeastQueueBytes = std::uint64_t{512} * 1024;

template <class T, class U>
bool set(T& into, const std::optional<U>& value) {
  if (!value) return false;
  into = static_cast<T>(*value);  // NOLINT(bugprone-optional-value-conversion): T may be an optional, *value is there
  return true;
}

// A life of at least one second, whole seconds.
bool set_ttl(std::chrono::seconds& into, std::string_view text) {
  const auto value = parse_duration(text);
  if (!value || value->count() < 1'000 || value->count() % 1'000 != 0) return false;
  into = std::chrono::duration_cast<std::chrono::seconds>(*value);
  return true;
}

// A page of the log has to fit into a queue; 4 GiB is far beyond what makes sense.
bool set_bytes(std::uint64_t& into, std::string_view text) {
  const auto value = parse_bytes(text);
  if (!value || *value < kLeastQueueBytes || *value >= std::uint64_t{1} << 32U) return false;
  into = *value;
  return true;
}

bool set_listen(Config& config, const Values& values) {
  config.listen.clear();
  for (const std::string& text : values) {
    auto endpoint = sio::rt::parse_endpoint(text);
    if (!endpoint) return false;
    config.listen.push_back(std::move(*endpoint));
  }
  return !config.listen.empty();
}

// "*" or scheme://host[:port], nothing behind it.
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(scheme.size());
    return !rest.empty() && rest.find_first_of("/?#@ \t") == std::string_view::npos;
  }
  return false;
}

bool set_origins(Config& config, const Values& values) {
  config.cors_origins = values;
  return std::all_of(values.begin(), values.end(), is_origin);
}

bool set_database(Config& config, const Values& values) {
  constexpr std::string_view kScheme = "sqlite:";
  config.database = values.back();
  return config.database.starts_with(kScheme) && config.database.size() > kScheme.size();
}

bool set_metrics(Config& config, const Values& values) {
  config.metrics_listen.reset();
  config.metrics_listen_is_default = false;
  if (values.back() == "none") return true;
  auto endpoint = sio::rt::parse_endpoint(values.back());
  // TCP only: whatever comes to the server of metrics by a unix socket came by the control socket.
  if (!endpoint || endpoint->is_unix()) return false;
  config.metrics_listen = std::move(*endpoint);
  return true;
}

bool set_path(std::filesystem::path& into, const std::string& text) {
  into = text;
  return !text.empty();
}

constexpr std::array kSpecs{
    OptionSpec{"data", OptionKind::value, "DIRECTORY", "./data",
               "where everything lives that has no path of its own; made with mode 0700", true,
               [](Config& c, const Values& v) { return set_path(c.data, v.back()); }},
    OptionSpec{"database", OptionKind::value, "URL", "sqlite:parley.db",
               "sqlite:FILE, a relative FILE within the data directory", true, set_database},
    OptionSpec{"log-format", OptionKind::value, "auto|text|json", "auto",
               "auto: text on a terminal, else one JSON object a line", true,
               [](Config& c, const Values& v) { return set(c.log_format, ops::parse_log_format(v.back())); }},
    OptionSpec{"log-level", OptionKind::value, "debug|info|warning|error", "info", "the least level that is logged",
               true, [](Config& c, const Values& v) { return set(c.log_level, ops::parse_log_level(v.back())); }},
    OptionSpec{"no-auto-migrate", OptionKind::flag, "on|off", "off",
               "do not bring the database to the newest schema at start", false,
               [](Config& c, const Values& v) {
                 const auto off = parse_switch(v.back());
                 if (off) c.auto_migrate = !*off;
                 return off.has_value();
               }},
    OptionSpec{"listen", OptionKind::list, "ADDRESS:PORT|unix:PATH", "127.0.0.1:5000",
               "where to serve; repeatable; port 0 is any free one", false, set_listen},
    OptionSpec{"threads", OptionKind::value, "COUNT", "0", "event loops; 0: one for each core", false,
               [](Config& c, const Values& v) { return set(c.threads, parse_count(v.back(), 0, 1'024)); }},
    OptionSpec{"cors-origin", OptionKind::list, "ORIGIN", "",
               "another origin whose pages may use this server; repeatable; * is any", false, set_origins},
    OptionSpec{"admin-signup", OptionKind::value, "open|first|invite|closed", "",
               "who may register as admin; not set: open for this machine while nothing points beyond it, else invite",
               false,
               [](Config& c, const Values& v) { return set(c.admin_signup, rest::parse_admin_signup(v.back())); }},
    OptionSpec{"jwt-secret-file", OptionKind::value, "FILE", "",
               "the key that tokens are signed with, at least 32 bytes; not set: jwt.key in the data directory", false,
               [](Config& c, const Values& v) { return set_path(c.jwt_secret_file.emplace(), v.back()); }},
    OptionSpec{"access-token-ttl", OptionKind::value, "DURATION", "24h", "life of an access token", false,
               [](Config& c, const Values& v) { return set_ttl(c.access_token_ttl, v.back()); }},
    OptionSpec{"refresh-token-ttl", OptionKind::value, "DURATION", "30d", "life of a refresh token", false,
               [](Config& c, const Values& v) { return set_ttl(c.refresh_token_ttl, v.back()); }},
    OptionSpec{"rate-limits", OptionKind::value, "on|off", "on",
               "off: no limits, for load tests; only while every listener is on loopback", false,
               [](Config& c, const Values& v) { return set(c.rate_limits, parse_switch(v.back())); }},
    OptionSpec{"message-rate", OptionKind::value, "COUNT/s|/m|/h", "5/s", "messages of one user, in the long run",
               false, [](Config& c, const Values& v) { return set(c.message_rate_per_second, parse_rate(v.back())); }},
    OptionSpec{"message-burst", OptionKind::value, "COUNT", "20", "messages of one user, at once", false,
               [](Config& c, const Values& v) { return set(c.message_burst, parse_count(v.back(), 1, 1'000'000)); }},
    OptionSpec{"socket-queue", OptionKind::value, "BYTES", "1MiB",
               "what may wait for one socket that does not read (and 512 messages): more closes it, it loses nothing",
               false, [](Config& c, const Values& v) { return set_bytes(c.socket_queue_bytes, v.back()); }},
    OptionSpec{"queue-budget", OptionKind::value, "BYTES", "256MiB",
               "what may wait for all sockets together: over it, those that stand still for longest are closed", false,
               [](Config& c, const Values& v) { return set_bytes(c.queue_budget_bytes, v.back()); }},
    OptionSpec{"turn-lag", OptionKind::value, "DURATION", "250ms",
               "how late an event loop may handle what is ready; then new connections get 503. 0: however late", false,
               [](Config& c, const Values& v) { return set(c.turn_lag, parse_duration(v.back())); }},
    OptionSpec{"peer-chat", OptionKind::flag, "on|off", "off", "users may write to users", false,
               [](Config& c, const Values& v) { return set(c.peer_chat, parse_switch(v.back())); }},
    OptionSpec{"metrics-listen", OptionKind::value, "ADDRESS:PORT|none", "127.0.0.1:9464",
               "Prometheus at /metrics; if only the default port is taken, the server warns and goes on", false,
               set_metrics},
};

}  // namespace

std::span<const OptionSpec> option_specs() { return kSpecs; }

const OptionSpec* find_option(std::string_view name) {
  const auto* const found =
      std::find_if(kSpecs.begin(), kSpecs.end(), [name](const OptionSpec& spec) { return spec.name == name; });
  return found == kSpecs.end() ? nullptr : found;
}

std::string environment_name(std::string_view option) {
  std::string name = "PARLEY_";
  for (const char c : option) {
    name.push_back(c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c));
  }
  return name;
}

}  // namespace parley::app
