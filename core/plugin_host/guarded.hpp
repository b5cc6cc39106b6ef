// Calling into a plugin so that nothing it throws comes back.

#pragma once

#include <exception>

#include "core/plugin_host/host_context.hpp"

namespace patchbay::plugin_host {

// Calls the plugin's `function`, whose name in the ABI is `name`; `fallback` is the answer in place
// of one that threw. A plugin that was compiled as C++17 or later cannot throw here, others should
// not: what arrives is logged. One with its own C++ runtime may abort the process all the same,
// which only a process of its own could prevent.
template <typename Answer, typename... Params, typename... Args>
Answer guarded(HostContext& host,
               const char* name,
               Answer fallback,
               Answer (*function)(Params...),
               Args... args) {
  try {
    return function(args...);
  } catch (const std::exception& thrown) {
    host.misbehaved("an exception left a function of the plugin",
                    std::string(name) + "(): " + thrown.what());
  } catch (...) {
    host.misbehaved("an exception left a function of the plugin", name);
  }
  return fallback;
}

// The same for functions without an answer.
template <typename... Params, typename... Args>
void guarded(HostContext& host, const char* name, void (*function)(Params...), Args... args) {
  try {
    function(args...);
  } catch (const std::exception& thrown) {
    host.misbehaved("an exception left a function of the plugin",
                    std::string(name) + "(): " + thrown.what());
  } catch (...) {
    host.misbehaved("an exception left a function of the plugin", name);
  }
}

}  // namespace patchbay::plugin_host
