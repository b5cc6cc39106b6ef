// What the command line asks for, as plain data.
//
//   const ParsedCommandLine parsed = parse_command_line(arguments);
//   if (!parsed.command_line) {
//     write(parsed.exit_code == 0 ? stdout : stderr, parsed.text);
//     return parsed.exit_code;
//   }

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/check/subject.hpp"

namespace patchbay::check {

inline constexpr int kExitFailed = 1;  // a check failed
inline constexpr int kExitUsage = 2;   // the command line is wrong, or a file cannot be read

struct CommandLine {
  SubjectFiles files;
  bool seed_given = false;
  bool json = false;
  bool only_failed = false;
  bool list = false;
  bool quick = false;
  std::vector<std::string> filters;  // parts of ids; empty: every check
  std::chrono::seconds timeout{60};  // of one check

  // For the processes that the program starts of itself.
  std::vector<std::string> run;  // ids, in one process
  int report_fd = -1;
  int trail_fd = -1;
};

struct ParsedCommandLine {
  std::optional<CommandLine> command_line;  // nothing: print `text` and exit with `exit_code`
  int exit_code = 0;                        // 0 (--help, --version) or kExitUsage
  std::string text;                         // ends with a line feed
};

// `arguments` are those after the program's name.
ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace patchbay::check
