// The tools that a provider offers (patchbay.provider.tools/1), read and checked.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/sdk/patchbay/tools.h"

namespace patchbay::plugin_host {

// What a call of a tool is asked in.
inline constexpr std::string_view kToolDialect = PBAY_DIALECT_TOOL;

// More than a model could choose from; a larger count is a plugin's mistake.
inline constexpr std::size_t kToolsMax = 128;

// 1 to 64 letters, digits, `_` and `-`: what all vendors' models can call.
bool is_tool_name(std::string_view name);

// Copies a list that a provider gave. Fails with what is wrong with it: a struct that is none, a
// name that no model can call or that stands twice, parameters that are not a JSON object.
Result<std::vector<Tool>> read_tools(const pbay_tool* const* list, std::size_t count);

}  // namespace patchbay::plugin_host
