// Which tools models are offered: what `chat.tools` names, found.

#pragma once

#include <memory>
#include <vector>

#include "core/api/tools/server_tool.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

// `instances` are those of the enabled providers. Names that lead nowhere, and tools that two of
// them offer, are problems. Those of a provider that is disabled are left out.
api::ToolSet offered_tools(const settings::Settings& settings,
                           const std::vector<std::shared_ptr<plugin_host::Instance>>& instances,
                           std::vector<Problem>& problems);

}  // namespace patchbay::app
