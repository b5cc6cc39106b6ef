// Trying a version of a plugin out before it is loaded: in a process of its own, which may crash,
// hang or refuse without harm.
//
// The other process loads the very copy that this one would, makes a provider of every entry that
// uses the plugin, and takes all of it down again.
//
//   parent: probe({"/proc/self/exe", "probe-plugin"}, ...)   child: return run_probe();

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/provider_entry.hpp"
#include "core/plugin_host/staged_plugin.hpp"

namespace patchbay::plugin_host {

struct ProbeOptions {
  std::vector<std::string> command;  // a program that does run_probe(), and its arguments
  std::string host_version;
  std::chrono::milliseconds patience = std::chrono::seconds(10);
  std::function<bool()> interrupted = {};  // asked while waiting: true gives up
};

// What is wrong with the plugin, or with the entries that use it; nothing when it may be loaded.
// Blocks as long as the other process takes.
std::vector<Problem> probe(const StagedPlugin& staged,
                           const std::vector<ProviderEntry>& entries,
                           const ProbeOptions& options);

// The other process's side, from its first line to its exit code.
int run_probe();

}  // namespace patchbay::plugin_host
