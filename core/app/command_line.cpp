#include "core/app/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "core/base/suggestion.hpp"
#include "core/settings/listen_address.hpp"

namespace patchbay::app {
namespace {

constexpr const char* kHelp = R"(Patchbay: one address for many model providers.

Usage: patchbay [COMMAND] [OPTIONS]

Commands
  serve      answer requests until stopped; what happens when no command is given
  check      read the configuration, name every mistake in it, and show what it comes to
  plugins    list the plugins that can be found, what is wrong with those that cannot be used, and
             what a running server has loaded
  migrate    bring the tables of the database up to date, as a start would
  version    print the version

Options
  -c, --config FILE     the configuration; without it $PATCHBAY_CONFIG, ./patchbay.yaml,
                        /etc/patchbay/patchbay.yaml, and then the one that is built in
  -l, --listen ADDRESS  where to listen, over what the configuration says:
                        host:port, [v6]:port, or :port for every address; port 0 takes a free one
      --plugins FOLDER  search this folder for plugins as well; may be given several times
      --log-level LEVEL trace, debug, info, warn, error or off, over what the configuration says
      --json            with plugins: as JSON, for programs
      --status          with migrate: list what has been done to the database, and do nothing
      --dry-run         with migrate: list what would be done, and do nothing
  -h, --help            this text

Examples
  patchbay                                start with ./patchbay.yaml, or with the built-in defaults
  patchbay --listen :9000                 the same on port 9000, reachable from other machines
  patchbay check --config my.yaml         is my.yaml right, and which providers are enabled?
  patchbay plugins                        what can stand after "plugin:" in the configuration?

A first request, once it runs:
  curl http://127.0.0.1:8080/v1/chat/completions -H 'content-type: application/json' \
       -d '{"model": "any", "messages": [{"role": "user", "content": "Hello"}]}'

Exit codes: 0 done; 1 failed while running; 64 wrong command line; 78 wrong configuration.
)";

struct NamedCommand {
  const char* name;
  Command command;
};
constexpr std::array<NamedCommand, 5> kCommands = {{{"serve", Command::kServe},
                                                    {"check", Command::kCheck},
                                                    {"plugins", Command::kPlugins},
                                                    {"migrate", Command::kMigrate},
                                                    {"version", Command::kVersion}}};

const std::vector<std::string>& option_names() {
  static const std::vector<std::string> names = {"--config",
                                                 "--listen",
                                                 "--plugins",
                                                 "--log-level",
                                                 "--json",
                                                 "--status",
                                                 "--dry-run",
                                                 "--help"};
  return names;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  names.reserve(kCommands.size());
  for (const NamedCommand& known : kCommands)
    names.emplace_back(known.name);
  return names;
}

ParsedCommandLine usage_error(const std::string& what) {
  return {std::nullopt, kExitUsage, "patchbay: " + what + "\nTry: patchbay --help\n"};
}

// What CLI11 could make nothing of: an option, or a word where at most a command may stand.
std::string unknown_word(const std::string& word, bool command_given) {
  if (word.starts_with('-') && word.size() > 1) {
    const std::string name = word.substr(0, word.find('='));
    return "unknown option \"" + name + "\"" + did_you_mean(name, option_names());
  }
  if (command_given)
    return "unexpected \"" + word + "\": one command is enough, and files are named by --config";
  const std::string hint = did_you_mean(word, command_names());
  return "unknown command \"" + word + "\"" +
         (hint.empty() ? "; there are serve, check, plugins, migrate and version" : hint);
}

std::optional<std::string> wrong_value(const CommandLine& line) {
  static const std::vector<std::string> levels = {"trace", "debug", "info", "warn", "error", "off"};
  if (line.listen) {
    const auto address = settings::parse_listen_address(*line.listen);
    if (!address) return "--listen: " + address.error().message + ", got \"" + *line.listen + "\"";
  }
  if (line.json && line.command != Command::kPlugins)
    return "--json: only with the command plugins";
  if (line.migration != CommandLine::Migration::kApply && line.command != Command::kMigrate)
    return "--status, --dry-run: only with the command migrate";
  if (line.config && line.config->empty()) return "--config: expected the name of a file";
  const bool no_folder = std::any_of(
      line.plugins.begin(), line.plugins.end(), [](const auto& folder) { return folder.empty(); });
  if (no_folder) return "--plugins: expected the name of a folder";
  if (line.log_level && std::find(levels.begin(), levels.end(), *line.log_level) == levels.end()) {
    return "--log-level: expected trace, debug, info, warn, error or off, got \"" +
           *line.log_level + "\"" + did_you_mean(*line.log_level, levels);
  }
  return std::nullopt;
}

// The options and commands, bound to where their values go.
struct Grammar {
  explicit Grammar(CommandLine& line) {
    app.set_help_flag();  // CLI11's own text knows no examples
    app.add_flag("-h,--help", help);
    app.add_flag("--json", line.json);
    app.add_flag("--status", status);
    app.add_flag("--dry-run", dry_run);
    once(app.add_option("-c,--config", config));
    once(app.add_option("-l,--listen", line.listen));
    once(app.add_option("--log-level", line.log_level));
    // One folder each time, or it would take the command that follows for another folder.
    app.add_option("--plugins", plugins)->expected(1)->take_all();
    for (const NamedCommand& known : kCommands) {
      // Options may stand before and after the command.
      CLI::App* command = app.add_subcommand(known.name)->fallthrough();
      command->set_help_flag();
      command->callback([&line, known] { line.command = known.command; });
    }
    app.require_subcommand(0, 1);
    app.allow_extras();
  }

  static void once(CLI::Option* option) {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }

  CLI::App app;
  bool help = false;
  bool status = false;
  bool dry_run = false;
  std::optional<std::string> config;
  std::vector<std::string> plugins;
};

}  // namespace

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  Grammar grammar(line);
  try {
    // CLI11 takes its arguments from the back.
    grammar.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  if (grammar.help) return {std::nullopt, 0, kHelp};

  const std::vector<std::string> unknown = grammar.app.remaining(true);
  const bool command_given = !grammar.app.get_subcommands().empty();
  if (!unknown.empty()) return usage_error(unknown_word(unknown.front(), command_given));

  if (grammar.status && grammar.dry_run) return usage_error("--status and --dry-run: one of them");
  if (grammar.status) line.migration = CommandLine::Migration::kStatus;
  if (grammar.dry_run) line.migration = CommandLine::Migration::kDryRun;
  if (grammar.config) line.config = *grammar.config;
  line.plugins.assign(grammar.plugins.begin(), grammar.plugins.end());
  if (const auto wrong = wrong_value(line)) return usage_error(*wrong);
  return {std::move(line), 0, {}};
}

}  // namespace patchbay::app
