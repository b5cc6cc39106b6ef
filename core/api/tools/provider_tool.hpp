// A tool that a provider's plugin offers. A call of it is a call to that provider, with all that
// belongs to one: time limits, credentials, metrics, hot swap.

#pragma once

#include <memory>
#include <string>

#include "core/api/tools/server_tool.hpp"
#include "core/plugin_host/instance.hpp"

namespace patchbay::api {

// `provider` is its name in the configuration. REQUIRES: it is in the snapshot of every occasion.
std::shared_ptr<const ServerTool> make_provider_tool(std::string provider,
                                                     const plugin_host::Tool& tool);

}  // namespace patchbay::api
