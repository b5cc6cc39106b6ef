// Whether a plugin's JSON Schema is one that this host can hold a configuration to.
//
// The host knows a part of draft 2020-12: type, properties, required, enum, const, default,
// pattern, minLength, maxLength, minimum, maximum, items, minItems, maxItems, additionalProperties,
// oneOf, anyOf, format "uri" and writeOnly. Annotations are skipped (title, description, examples,
// $schema, $id, $comment, and whatever begins with "x-"). A keyword beyond these would be a promise
// that nobody keeps, so it is a fault of the plugin.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/origin.hpp"
#include "core/json/value.hpp"

namespace patchbay::plugin_host {

// The bit of a JSON Schema type name ("integer"), 0 for a word that is none.
unsigned type_bit(std::string_view name);

// Adds a problem for each fault in the schema; `text` is what it was parsed from, `file` where it
// stands. True when there is none.
bool check_schema(const json::Value& schema,
                  std::string_view text,
                  const std::string& file,
                  std::vector<Problem>& problems);

}  // namespace patchbay::plugin_host
