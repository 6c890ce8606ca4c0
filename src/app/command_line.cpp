#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <utility>

#include "options.hpp"

namespace parley::app {
namespace {

// The options of the table as options of one command; what is given lands in `line.flags`.
class TableOptions {
 public:
  TableOptions(CLI::App& command, CommandLine& line, bool all) : line_(line) {
    command.add_option("--config", line.config_file, "configuration file (TOML); the keys are the options' names")
        ->type_name("FILE");
    for (const OptionSpec& spec : option_specs()) {
      if (all || spec.everywhere) add(command, spec);
    }
  }

  void collect() {
    for (const auto& [spec, option] : options_) {
      if (option->count() == 0) continue;
      auto values = option->results();
      if (spec->kind == OptionKind::flag) {
        for (auto& value : values) value = value == "true" || value.empty() ? "on" : value;
      }
      line_.flags.emplace(spec->name, std::move(values));
    }
  }

 private:
  void add(CLI::App& command, const OptionSpec& spec) {
    const std::string flag = "--" + std::string(spec.name);
    std::string help(spec.help);
    if (!spec.default_text.empty()) help += " [" + std::string(spec.default_text) + "]";
    CLI::Option* option = nullptr;
    if (spec.kind == OptionKind::flag) {
      option = command.add_flag(flag)->type_name("");
    } else {
      option = command.add_option(flag)->type_name(std::string(spec.unit))->expected(1);
      option->multi_option_policy(spec.kind == OptionKind::list ? CLI::MultiOptionPolicy::TakeAll
                                                                : CLI::MultiOptionPolicy::TakeLast);
    }
    option->description(help);
    options_.emplace_back(&spec, option);
  }

  CommandLine& line_;
  std::vector<std::pair<const OptionSpec*, CLI::Option*>> options_;
};

struct Subcommand {
  CLI::App* app;
  Command command;
  std::unique_ptr<TableOptions> options;
};

class Parser {
 public:
  Parser() : app_("Parley: support chat with a Socket.IO server of its own", "parley") {
    app_.require_subcommand(1);
    add(app_, "serve", "run the server", Command::serve, true)
        .footer(
            "Each option is also an environment variable (PARLEY_MESSAGE_RATE for --message-rate) and a key of the "
            "configuration file; flags win over the environment, the environment over the file.\n"
            "Durations: 500ms, 5s, 15m, 24h, 30d.");
    CLI::App& migrate = add(app_, "migrate", "bring the database to the newest schema", Command::migrate);
    migrate.add_flag("--dry-run", line_.dry_run, "only say what would be done");
    add_user_commands();
    add_invite_commands();
    CLI::App& backup = add(app_, "backup", "copy the database into FILE, while the server runs", Command::backup);
    backup.add_option("file", line_.file, "the copy; its directory must exist")->required()->type_name("FILE");
    backup.add_flag("--overwrite", line_.overwrite, "replace FILE if it exists");
    CLI::App& restore = add(
        app_, "restore", "put a backup in the database's place; the database that was there is kept", Command::restore);
    restore.add_option("file", line_.file, "a backup, or a database that was kept")->required()->type_name("FILE");
    restore.add_flag(
        "--keep-logins", line_.keep_logins,
        "let logins of the backup live on, also those that were ended since; else everybody logs in again");
    add(app_, "check", "look at configuration, database and versions; exit 0, or say what is wrong", Command::check);
    CLI::App& version = *app_.add_subcommand("version", "print the version");
    version.add_flag("--json", line_.json, "one JSON object");
    subcommands_.push_back({&version, Command::version, nullptr});
  }

  ParsedArguments parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last first
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return {std::nullopt, app_.help()};
    } catch (const CLI::CallForAllHelp&) {
      return {std::nullopt, app_.help("", CLI::AppFormatMode::All)};
    } catch (const CLI::ParseError& error) {
      throw StartupError(ExitCode::usage, std::string(error.what()) + " (parley --help)");
    }
    for (Subcommand& subcommand : subcommands_) {
      if (!subcommand.app->parsed()) continue;
      line_.command = subcommand.command;
      if (subcommand.options) subcommand.options->collect();
    }
    return {line_, {}};
  }

 private:
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help, Command command,
                bool all_options = false) {
    CLI::App& app = *parent.add_subcommand(name, help);
    if (!all_options) app.add_flag("--json", line_.json, "JSON lines, for programs");
    subcommands_.push_back({&app, command, std::make_unique<TableOptions>(app, line_, all_options)});
    return app;
  }

  void add_user_commands() {
    CLI::App& user = *app_.add_subcommand("user", "accounts: add, list, password, reset, role, disable, enable");
    user.require_subcommand(1);
    const auto account = [this](CLI::App& app, const std::string& name) {
      app.add_option(name, line_.account)->required()->type_name("");
    };
    const auto role = CLI::IsMember({"admin", "user"});

    CLI::App& add_user =
        add(user, "add", "make an account; the password is read from standard input or asked for", Command::user_add);
    account(add_user, "e-mail");
    add_user.add_option("--name", line_.name, "shown to others")->required()->type_name("NAME");
    add_user.add_option("--role", line_.role, "admin or user")->required()->check(role)->type_name("ROLE");

    add(user, "list", "all accounts", Command::user_list);
    account(add(user, "password", "set a new password; read from standard input or asked for", Command::user_password),
            "account");
    account(
        add(user, "reset", "print a code with which a new password can be set, once, within 24 h", Command::user_reset),
        "account");
    CLI::App& set_role = add(user, "role", "make it an admin or a user", Command::user_role);
    account(set_role, "account");
    set_role.add_option("role", line_.role)->required()->check(role)->type_name("");
    account(add(user, "disable", "no login, no messages to it, out at once", Command::user_disable), "account");
    account(add(user, "enable", "undo disable", Command::user_enable), "account");
  }

  void add_invite_commands() {
    CLI::App& invite = *app_.add_subcommand("invite", "one-time codes for signing up as admin: create, list, revoke");
    invite.require_subcommand(1);
    add(invite, "create", "print a code that lets one admin in, within 7 days", Command::invite_create);
    add(invite, "list", "those that can still be used; not their codes, which nobody keeps", Command::invite_list);
    add(invite, "revoke", "make one useless", Command::invite_revoke)
        .add_option("id", line_.account, "as listed")
        ->required()
        ->type_name("");
  }

  CLI::App app_;
  CommandLine line_;
  std::vector<Subcommand> subcommands_;
};

}  // namespace

ParsedArguments parse_arguments(std::vector<std::string> arguments) { return Parser().parse(std::move(arguments)); }

}  // namespace parley::app
