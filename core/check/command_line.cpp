#include "core/check/command_line.hpp"

#include <utility>

#include <CLI/CLI.hpp>

namespace patchbay::check {
namespace {

constexpr const char* kHelp =
    R"(patchbay-check: does a provider plugin keep to the contract of its ABI?

Usage: patchbay-check MANIFEST [OPTIONS]

MANIFEST is the plugin's manifest.json, or the folder that holds it. Every check runs in a process of
its own: what crashes, hangs or ends there is a failed check, and the others go on.

Options
      --config FILE     the provider's `config:` as JSON; without it the first of the schema's
                        `examples`, or the least that the schema allows
      --type NAME       only this provider type of the plugin
      --fixtures FOLDER recorded answers with the events that must come of them
      --filter TEXT     only checks whose id has this in it; may be given several times
      --seed N          for the random parts; printed, so that a failure can be had again
      --quick           only what is needed before a plugin is put to use: takes no time
      --library FILE    check this library in place of the one beside the manifest
      --timeout SECONDS of one check (60)
      --only-failed     print only what failed, and the summary
      --json            print one JSON object
      --list            print the checks, and run none
      --version         print the version
  -h, --help            this text

Exit codes: 0 every check passed; 1 one failed; 2 wrong command line, or a file cannot be read.
)";

ParsedCommandLine usage_error(const std::string& what) {
  return {std::nullopt, kExitUsage, "patchbay-check: " + what + "\nTry: patchbay-check --help\n"};
}

struct Grammar {
  explicit Grammar(CommandLine& line) {
    app.set_help_flag();  // CLI11's own text knows no exit codes
    app.add_flag("-h,--help", help);
    app.add_flag("--version", version);
    app.add_flag("--json", line.json);
    app.add_flag("--only-failed", line.only_failed);
    app.add_flag("--list", line.list);
    app.add_flag("--quick", line.quick);
    once(app.add_option("manifest", manifest));
    once(app.add_option("--config", line.files.config));
    once(app.add_option("--type", line.files.type));
    once(app.add_option("--fixtures", line.files.fixtures));
    once(app.add_option("--library", line.files.library));
    seed = once(app.add_option("--seed", line.files.seed));
    once(app.add_option("--timeout", timeout)->check(CLI::Range(1, 86400)));
    app.add_option("--filter", line.filters)->expected(1)->take_all();
    app.add_option("--run-in-this-process", line.run)->expected(1)->take_all();
    once(app.add_option("--report-to", line.report_fd));
    once(app.add_option("--trail-in", line.trail_fd));
  }

  static CLI::Option* once(CLI::Option* option) {
    return option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  }

  CLI::App app;
  CLI::Option* seed = nullptr;
  bool help = false;
  bool version = false;
  std::string manifest;
  int timeout = 60;
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
  if (grammar.version) return {std::nullopt, 0, "patchbay-check " PATCHBAY_VERSION "\n"};
  if (grammar.manifest.empty() && !line.list) return usage_error("which MANIFEST?");
  line.files.manifest = grammar.manifest;
  line.timeout = std::chrono::seconds(grammar.timeout);
  line.seed_given = grammar.seed->count() > 0;
  return {std::move(line), 0, {}};
}

}  // namespace patchbay::check
