// `patchbay migrate`: the tables of the configured database, without a server.

#pragma once

#include "core/app/command_line.hpp"

namespace patchbay::app {

// Applies the migrations that are missing and names them; with --status names all and which of them
// are applied, with --dry-run those that would be. 0; 1 when the database cannot be reached or must
// not be used; kExitConfiguration.
int migrate(const CommandLine& command_line);

}  // namespace patchbay::app
