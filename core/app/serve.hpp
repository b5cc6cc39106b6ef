// `patchbay serve`: runs until it is told to stop.

#pragma once

#include "core/app/command_line.hpp"

namespace patchbay::app {

// Returns the process's exit code. REQUIRES: called before any thread was started, since it
// decides which signals the threads leave alone.
int serve(const CommandLine& command_line);

}  // namespace patchbay::app
