// Replaces what a configuration leaves to its surroundings, in scalars and after parsing, so that
// no value can change the structure of the file:
//
//   ${NAME}           the environment variable; not set is an error
//   ${NAME:-default}  the default when the variable is not set or empty; may hold variables itself
//   ${file:/path}     what the file holds, without line ends at its end
//   $${               a literal ${
//
// What came from the environment or a file is secret, is never quoted in a message, and is not
// searched for variables again. A default that was used comes from the configuration itself and is
// not secret.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/config_value.hpp"
#include "core/settings/environment.hpp"
#include "core/settings/report.hpp"

namespace patchbay::settings {

struct Expanded {
  std::string text;
  bool replaced = false;  // there was a variable, whether set or defaulted
  bool secret = false;    // some of `text` came from the environment or a file
  std::string source;     // "${HOST}, ${PORT}": where the secret parts came from
  std::string problem;    // what is wrong, or empty
};

// `folder` is where relative paths in ${file:...} start.
Expanded expand(std::string_view written,
                const Environment& environment,
                const std::filesystem::path& folder);

// Expands every scalar below `value` and marks as secret what came from outside and what the name
// of its setting calls a secret. `path` is the dotted path of `value`.
void substitute(ConfigValue& value,
                const std::string& path,
                const Environment& environment,
                const std::filesystem::path& folder,
                Report& report);

}  // namespace patchbay::settings
