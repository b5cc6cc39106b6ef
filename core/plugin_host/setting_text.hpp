// Words for messages about settings: their paths, their values, what was expected of them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/config_value.hpp"

namespace patchbay::plugin_host {

// "providers" and "local" make "providers.local"; a key that is not a plain word is quoted.
std::string path_to(const std::string& path, std::string_view key);

// "providers.local.config.models" and 1 make "providers.local.config.models[1]".
std::string path_to(const std::string& path, std::size_t index);

// The value for the end of a message: a scalar in quotes, shortened; "a list", "a mapping",
// "nothing"; never one that is secret.
std::string shown(const ConfigValue& value, bool secret);

// TypeBits in words: "a text or true or false".
std::string type_words(unsigned types);

// "1 entry", "2 entries".
std::string counted(std::int64_t number, std::string_view noun);

// How many characters a UTF-8 text has.
std::size_t characters(std::string_view text);

// Whether the text is an http or https URL with a host.
bool is_http_url(std::string_view text);

// The setting that a JSON pointer ("/deployments/0/name") means, or the nearest one above it that
// exists. `path` is config's own before, and the setting's after.
const ConfigValue& find_setting(const ConfigValue& config,
                                std::string_view pointer,
                                std::string& path);

}  // namespace patchbay::plugin_host
