// `patchbay check` and `patchbay plugins`: what would run, without running it.

#pragma once

#include "core/app/command_line.hpp"

namespace patchbay::app {

// Reads the configuration, makes every enabled provider as serve would, says what it comes to.
// 0, or kExitConfiguration with every problem on standard error.
int check(const CommandLine& command_line);

// Lists the plugins on the search path, and what a server that runs with these settings has loaded
// of them; with --json for programs.
int list_plugins(const CommandLine& command_line);

}  // namespace patchbay::app
