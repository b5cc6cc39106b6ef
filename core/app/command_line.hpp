// What the command line asks for, as plain data. The only user of CLI11, whose header is slow to
// compile.
//
//   const ParsedCommandLine parsed = parse_command_line(arguments);
//   if (!parsed.command_line) {
//     write(parsed.exit_code == 0 ? stdout : stderr, parsed.text);
//     return parsed.exit_code;
//   }

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace patchbay::app {

// Exit codes, as sysexits.h has them; 0 is success and 1 a failure while running.
inline constexpr int kExitUsage = 64;          // the command line is wrong
inline constexpr int kExitConfiguration = 78;  // the configuration is wrong, or a plugin it names

enum class Command {
  kServe,    // the default: run until told to stop
  kCheck,    // read the configuration, say what it comes to, and stop
  kPlugins,  // list the plugins that can be found
  kMigrate,  // bring the tables of the database up to date
  kVersion,  // print the version
};

struct CommandLine {
  enum class Migration { kApply, kStatus, kDryRun };

  Command command = Command::kServe;
  std::optional<std::filesystem::path> config;  // --config
  std::optional<std::string> listen;            // --listen, valid; wins over server.listen
  std::vector<std::filesystem::path> plugins;   // --plugins, as written; searched before the others
  bool json = false;                            // --json: `plugins` in a form for programs
  Migration migration = Migration::kApply;      // --status, --dry-run: of `migrate`
  std::optional<std::string> log_level;  // --log-level, valid: "trace" ... "off"; over log.level
};

struct ParsedCommandLine {
  std::optional<CommandLine> command_line;  // nothing: print `text` and exit with `exit_code`
  int exit_code = 0;  // 0 (--help: `text` is for standard output) or kExitUsage
  std::string text;   // ends with a line feed
};

// `arguments` are those after the program's name.
ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace patchbay::app
