#include "config.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "command_line.hpp"
#include "options.hpp"
#include "settings.hpp"
#include "units.hpp"

namespace parley::app {
namespace {

using std::chrono::milliseconds;

ExitCode code_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const StartupError& error) {
    EXPECT_STRNE(error.what(), "");
    return error.code();
  }
  return ExitCode::ok;
}

TEST(Units, AreNeededAndRead) {
  EXPECT_EQ(parse_duration("24h"), milliseconds(86'400'000));
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("30d"), milliseconds(2'592'000'000));
  EXPECT_EQ(parse_duration("0"), milliseconds(0));
  for (const std::string_view bad : {"", "24", "h", "-1h", "1.5h", "24H", "24 h", "99999999999999999d", "1hh"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_bytes("64KiB"), 65'536U);
  EXPECT_EQ(parse_bytes("64KB"), std::nullopt);
  EXPECT_EQ(parse_rate("5/s"), 5.0);
  EXPECT_EQ(parse_rate("30/m"), 0.5);
  EXPECT_EQ(parse_rate("0.5/s"), 0.5);
  for (const std::string_view bad : {"", "5", "/s", "5/", "0/s", "-5/s", "nan/s", "inf/s", "5/d", "5/ss"}) {
    EXPECT_EQ(parse_rate(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(parse_switch("on"), true);
  EXPECT_EQ(parse_switch("maybe"), std::nullopt);
  EXPECT_EQ(parse_count("20", 1, 100), 20U);
  EXPECT_EQ(parse_count("0", 1, 100), std::nullopt);
  EXPECT_EQ(parse_count("20x", 1, 100), std::nullopt);
}

TEST(Options, DefaultsAreThoseOfTheContract) {
  const Config config = resolve({}, {}, {});
  EXPECT_EQ(config.data, "./data");
  ASSERT_EQ(config.listen.size(), 1U);
  EXPECT_EQ(config.listen[0].to_string(), "127.0.0.1:5000");
  EXPECT_EQ(config.sqlite_file(), "./data/parley.db");
  EXPECT_EQ(config.jwt_secret_path(), "./data/jwt.key");
  EXPECT_TRUE(config.cors_origins.empty());
  EXPECT_EQ(config.admin_signup, std::nullopt);
  EXPECT_EQ(config.access_token_ttl, std::chrono::hours(24));
  EXPECT_EQ(config.refresh_token_ttl, std::chrono::hours(30 * 24));
  EXPECT_TRUE(config.rate_limits);
  EXPECT_EQ(config.message_rate_per_second, 5.0);
  EXPECT_EQ(config.message_burst, 20U);
  EXPECT_EQ(config.turn_lag, std::chrono::milliseconds(250));
  EXPECT_EQ(config.socket_queue_bytes, 1'048'576U);
  EXPECT_EQ(config.queue_budget_bytes, 268'435'456U);
  EXPECT_FALSE(config.peer_chat);
  ASSERT_TRUE(config.metrics_listen.has_value());
  EXPECT_EQ(config.metrics_listen->to_string(), "127.0.0.1:9464");
  EXPECT_TRUE(config.metrics_listen_is_default);
  EXPECT_TRUE(config.auto_migrate);
  EXPECT_EQ(config.log_level, ops::LogLevel::info);
}

TEST(Options, EachHasOneNameAndAHelpText) {
  for (const OptionSpec& spec : option_specs()) {
    EXPECT_EQ(find_option(spec.name), &spec) << spec.name;
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_FALSE(spec.unit.empty()) << spec.name;
  }
}

// Flags win over the environment, the environment over the file, the file over defaults.
TEST(Settings, PrecedenceIsFlagsEnvironmentFileDefaults) {
  const Settings flags{{"message-burst", {"1"}}};
  const Settings environment{{"message-burst", {"2"}}, {"threads", {"2"}}};
  const Settings file{{"message-burst", {"3"}}, {"threads", {"3"}}, {"access-token-ttl", {"3h"}}};
  const Config config = resolve(flags, environment, file);
  EXPECT_EQ(config.message_burst, 1U);
  EXPECT_EQ(config.threads, 2U);
  EXPECT_EQ(config.access_token_ttl, std::chrono::hours(3));
  EXPECT_EQ(config.message_rate_per_second, 5.0);
}

TEST(Settings, AListOfOneSourceReplacesThatOfAnother) {
  const Config config = resolve({{"listen", {"127.0.0.1:1", "127.0.0.1:2"}}}, {{"listen", {"0.0.0.0:80"}}}, {});
  ASSERT_EQ(config.listen.size(), 2U);
  EXPECT_TRUE(config.all_listeners_loopback());
}

TEST(Settings, EnvironmentNamesAreTheOptionsInCapitals) {
  std::filesystem::path file;
  const Settings settings =
      settings_from_environment({"PATH=/bin", "PARLEY_MESSAGE_RATE=7/s", "PARLEY_LISTEN=127.0.0.1:1,unix:/run/x",
                                 "PARLEY_CONFIG=/etc/parley.toml", "PARLEY_SERVICE_HOST=10.0.0.1",
                                 "PARLEY_PORT=tcp://10.0.0.1:80", "PARLEY_CORS_ORIGIN=", "PARLEY_BIN=/bin/parley"},
                                file);
  EXPECT_EQ(file, "/etc/parley.toml");
  EXPECT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings.at("message-rate"), std::vector<std::string>{"7/s"});
  EXPECT_EQ(settings.at("listen"), (std::vector<std::string>{"127.0.0.1:1", "unix:/run/x"}));
}

TEST(Settings, UnknownKeysAreErrorsEverywhere) {
  std::filesystem::path file;
  EXPECT_EQ(code_of([&] { settings_from_environment({"PARLEY_MESSAGE_RAT=1/s"}, file); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { settings_from_toml("message-rat = '1/s'", "f"); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { settings_from_toml("[server]\nlisten = 'x'", "f"); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { parse_arguments({"serve", "--message-rat", "1/s"}); }), ExitCode::usage);
}

TEST(Settings, TomlTakesTextNumbersSwitchesAndLists) {
  const Settings settings = settings_from_toml(
      "listen = ['127.0.0.1:1', '[::1]:2']\nthreads = 3\npeer-chat = true\nmessage-rate = '9/s'\n", "f");
  const Config config = resolve({}, {}, settings);
  EXPECT_EQ(config.listen.size(), 2U);
  EXPECT_EQ(config.threads, 3U);
  EXPECT_TRUE(config.peer_chat);
  EXPECT_EQ(config.message_rate_per_second, 9.0);
}

TEST(Settings, TomlThatIsNoneIsAConfigurationError) {
  EXPECT_EQ(code_of([] { settings_from_toml("listen = [", "f"); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { settings_from_toml("threads = [1, 2]", "f"); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { settings_from_toml("threads = 1.5", "f"); }), ExitCode::configuration);
  EXPECT_EQ(code_of([] { settings_from_file("/nonexistent/parley.toml"); }), ExitCode::configuration);
}

TEST(Settings, BadValuesAreUsageErrorsOnTheCommandLineAndConfigurationErrorsElsewhere) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"listen", "nowhere"},          {"listen", "127.0.0.1"},    {"threads", "-1"},
      {"cors-origin", "example.com"}, {"admin-signup", "maybe"},  {"access-token-ttl", "24"},
      {"access-token-ttl", "0"},      {"rate-limits", "perhaps"}, {"message-rate", "5"},
      {"message-burst", "0"},         {"socket-queue", "511KiB"}, {"socket-queue", "4GiB"},
      {"queue-budget", "268435456"},  {"queue-budget", "0"},      {"database", "mysql:x"},
      {"database", "sqlite:"},        {"metrics-listen", "9464"}, {"metrics-listen", "unix:/tmp/x"},
      {"log-format", "xml"},          {"log-level", "loud"},      {"cors-origin", "https://a.example/path"}};
  for (const auto& [name, value] : bad) {
    EXPECT_EQ(code_of([&] { resolve({{name, {value}}}, {}, {}); }), ExitCode::usage) << name << "=" << value;
    EXPECT_EQ(code_of([&] { resolve({}, {{name, {value}}}, {}); }), ExitCode::configuration) << name << "=" << value;
    EXPECT_EQ(code_of([&] { resolve({}, {}, {{name, {value}}}); }), ExitCode::configuration) << name << "=" << value;
  }
}

TEST(Settings, LimitsMayBeOffOnLoopbackOnly) {
  EXPECT_FALSE(resolve({{"rate-limits", {"off"}}}, {}, {}).rate_limits);
  for (const std::string address : {"0.0.0.0:5000", "192.0.2.1:5000", "[::]:5000", "unix:/tmp/x"}) {
    EXPECT_EQ(code_of([&] { resolve({{"rate-limits", {"off"}}, {"listen", {"127.0.0.1:1", address}}}, {}, {}); }),
              ExitCode::configuration)
        << address;
  }
}

TEST(Settings, MetricsCanBeSwitchedOff) {
  const Config config = resolve({{"metrics-listen", {"none"}}}, {}, {});
  EXPECT_FALSE(config.metrics_listen.has_value());
  EXPECT_FALSE(config.metrics_listen_is_default);
}

TEST(CommandLine, ServeTakesItsOptions) {
  const auto parsed = parse_arguments({"serve", "--listen", "127.0.0.1:0", "--listen=unix:/tmp/x", "--peer-chat",
                                       "--no-auto-migrate", "--message-rate", "9/s", "--config", "f.toml"});
  ASSERT_TRUE(parsed.line.has_value());
  EXPECT_EQ(parsed.line->command, Command::serve);
  EXPECT_EQ(parsed.line->config_file, "f.toml");
  const Config config = resolve(parsed.line->flags, {}, {});
  EXPECT_EQ(config.listen.size(), 2U);
  EXPECT_TRUE(config.peer_chat);
  EXPECT_FALSE(config.auto_migrate);
}

TEST(CommandLine, AFlagMayBeSwitchedOffByItsValue) {
  const auto parsed = parse_arguments({"serve", "--peer-chat=off"});
  EXPECT_FALSE(resolve(parsed.line->flags, {{"peer-chat", {"on"}}}, {}).peer_chat);
}

TEST(CommandLine, UserCommandsCarryTheirArguments) {
  const auto add = parse_arguments({"user", "add", "a@example.com", "--name", "Ann", "--role", "admin", "--data", "d"});
  ASSERT_TRUE(add.line.has_value());
  EXPECT_EQ(add.line->command, Command::user_add);
  EXPECT_EQ(add.line->account, "a@example.com");
  EXPECT_EQ(add.line->name, "Ann");
  EXPECT_EQ(add.line->role, "admin");
  EXPECT_EQ(resolve(add.line->flags, {}, {}).data, "d");
  EXPECT_EQ(parse_arguments({"user", "list", "--json"}).line->json, true);
  EXPECT_EQ(parse_arguments({"user", "password", "7"}).line->command, Command::user_password);
  const auto role = parse_arguments({"user", "role", "7", "user"});
  EXPECT_EQ(role.line->command, Command::user_role);
  EXPECT_EQ(role.line->account, "7");
  EXPECT_EQ(role.line->role, "user");
  EXPECT_EQ(parse_arguments({"user", "disable", "7"}).line->command, Command::user_disable);
  EXPECT_EQ(parse_arguments({"user", "enable", "7"}).line->command, Command::user_enable);
  EXPECT_EQ(parse_arguments({"user", "reset", "7"}).line->command, Command::user_reset);
  EXPECT_EQ(parse_arguments({"invite", "create"}).line->command, Command::invite_create);
  EXPECT_EQ(parse_arguments({"invite", "list"}).line->command, Command::invite_list);
  EXPECT_EQ(parse_arguments({"invite", "revoke", "7"}).line->account, "7");
  EXPECT_EQ(parse_arguments({"migrate", "--dry-run"}).line->dry_run, true);
  EXPECT_EQ(parse_arguments({"check"}).line->command, Command::check);
  EXPECT_EQ(parse_arguments({"version"}).line->command, Command::version);
}

TEST(CommandLine, WhatIsNotUnderstoodIsAUsageError) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {},
           {"dance"},
           {"user"},
           {"user", "add"},
           {"user", "add", "a@example.com"},
           {"user", "add", "a@example.com", "--name", "A", "--role", "king"},
           {"user", "role", "7"},
           {"user", "add", "a@example.com", "--name", "A", "--role", "user", "--password", "secret"},
           {"serve", "--listen"},
           {"serve", "extra"},
           {"migrate", "--listen", "127.0.0.1:1"}}) {
    EXPECT_EQ(code_of([&] { parse_arguments(arguments); }), ExitCode::usage) << ::testing::PrintToString(arguments);
  }
}

TEST(CommandLine, HelpOfServeListsEveryOptionWithDefaultAndUnit) {
  const auto parsed = parse_arguments({"serve", "--help"});
  EXPECT_FALSE(parsed.line.has_value());
  for (const OptionSpec& spec : option_specs()) {
    EXPECT_NE(parsed.help.find("--" + std::string(spec.name)), std::string::npos) << spec.name;
    if (spec.kind != OptionKind::flag) {
      EXPECT_NE(parsed.help.find(std::string(spec.unit)), std::string::npos) << spec.name;
    }
    EXPECT_NE(parsed.help.find(std::string(spec.default_text)), std::string::npos) << spec.name;
  }
}

}  // namespace
}  // namespace parley::app
