// The tools that come with the server.

#pragma once

#include <memory>
#include <string_view>

#include "core/api/tools/server_tool.hpp"

namespace patchbay::api {

// The one of that name; null when there is none.
std::shared_ptr<const ServerTool> built_in_tool(std::string_view name);

// All of them.
const ToolSet& built_in_tools();

}  // namespace patchbay::api
