// What a configuration comes to, for the people who wrote it: `patchbay check` prints this.

#pragma once

#include <string>

#include "core/settings/settings.hpp"

namespace patchbay::settings {

// Several lines: where the server listens, each provider and whether it is enabled, and which
// provider answers which model. Addresses and names are shown; of a provider's `config:` the plain
// values are, and whatever is secret reads "***".
std::string describe(const Settings& settings);

}  // namespace patchbay::settings
