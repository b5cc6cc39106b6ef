// One entry of `providers:`, as far as plugins are concerned.

#pragma once

#include <string>

#include "core/base/config_value.hpp"
#include "core/base/origin.hpp"

namespace patchbay::plugin_host {

struct ProviderEntry {
  std::string name;
  std::string type;  // the value of `plugin:`
  Origin type_origin;
  Origin origin;            // of the entry itself
  ConfigValue config;       // the `config:` subtree; kNull when there is none
  std::string sha256 = {};  // the only library that will do, by its hash; empty: any
  Origin sha256_origin = {};
  // What else must be the same for the entry to keep its instance; compared only.
  std::string surroundings = {};
};

}  // namespace patchbay::plugin_host
