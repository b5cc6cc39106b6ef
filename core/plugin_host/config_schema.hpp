// Holding a provider's `config:` to its plugin's JSON Schema, and writing it as the JSON text that
// the plugin is given.
//
// Scalars of the configuration have no type of their own (see config_value.hpp): they take the one
// that the schema asks for. Every mistake is reported, at its own place, in words for the person
// who wrote the file. A value that is secret, by where it came from or because the schema calls it
// writeOnly, is never quoted.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/base/origin.hpp"
#include "core/json/value.hpp"

namespace patchbay::plugin_host {

// Checks `config`, which stands at `path`; a null is an empty mapping. Returns its JSON text with
// the schema's defaults filled in, or adds problems and returns what is of no use.
//
// REQUIRES: check_schema() found nothing wrong with `schema`.
std::string apply_schema(const json::Value& schema,
                         const ConfigValue& config,
                         const std::string& path,
                         std::vector<Problem>& problems);

}  // namespace patchbay::plugin_host
