// Where the lines go that a plugin writes, and those the host writes about it.

#pragma once

#include <functional>
#include <string_view>

namespace patchbay::plugin_host {

// Levels are PBAY_LOG_*; `plugin` is the plugin's id. Called from any thread, also concurrently.
using LogSink = std::function<void(int level, std::string_view plugin, std::string_view message)>;

}  // namespace patchbay::plugin_host
