// The configuration that a provider is made with: the one that was given, the first example of its
// schema, or the least that the schema allows.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/config_value.hpp"
#include "core/base/result.hpp"
#include "core/json/value.hpp"

namespace patchbay::check {

struct ProviderSettings {
  std::string json;                  // with the schema's defaults filled in
  std::vector<std::string> secrets;  // values that the schema calls writeOnly, long enough to find
};

// A JSON value as the settings file would have given it; strings are quoted ones.
ConfigValue config_value(const json::Value& value);

// Holds `config`, which is JSON, to the schema. Fails with every problem found.
Result<ProviderSettings> apply_schema_to(std::string_view schema, std::string_view config);

// `given` if there is one, else as the top says.
Result<ProviderSettings> settings_for(std::string_view schema,
                                      const std::optional<std::string>& given);

// The least value that a schema is content with, as JSON: defaults, first choices, empty lists.
std::string least_value(const json::Value& schema);

// The names of the top level properties that are secret texts.
std::vector<std::string> secret_properties(std::string_view schema);

// The object with one member more, or another value in it. REQUIRES: `object` is a JSON object.
std::string with_member(std::string_view object, std::string_view name, std::string_view json);

}  // namespace patchbay::check
