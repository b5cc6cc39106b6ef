// From settings to what answers requests: plugins found and loaded, providers made, routes drawn.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/snapshot.hpp"
#include "core/app/command_line.hpp"
#include "core/base/origin.hpp"
#include "core/plugin_host/catalog.hpp"
#include "core/server/limits.hpp"
#include "core/settings/load.hpp"

namespace patchbay::app {

inline constexpr const char* kVersion = PATCHBAY_VERSION;

// The first argument with which this program tries a plugin out for another process of it; see
// core/plugin_host/probe.hpp. For nobody else.
inline constexpr const char* kProbeCommand = "probe-plugin";

// The folder that holds bin/ and plugins/, from where the binary stands.
std::filesystem::path installation_prefix();

// Reads the configuration that the command line, the environment or the usual places name.
settings::Loaded load_settings(const CommandLine& command_line);

// Where the settings and the command line say that plugins are, the bundled ones included.
std::vector<std::filesystem::path> search_path(const settings::Settings& settings,
                                               const CommandLine& command_line);

// Plugins log through the host; their lines end in ours.
plugin_host::Catalog::Options catalog_options(const settings::Settings& settings,
                                              const CommandLine& command_line);

// What a snapshot is made from.
struct Composing {
  const settings::Settings& settings;
  plugin_host::Catalog& catalog;
  bool loopback = true;                              // the server listens on loopback only
  plugin_host::Change change = {};                   // which plugins may change by this
  std::shared_ptr<api::PluginControl> plugins = {};  // who carries out what the API asks
  api::Services services = {};                       // what the process runs beside providers
  api::SnapshotPtr previous = {};                    // whose credentials go on; may be null
};

struct MadeProviders {
  relay::ProviderTable providers;
  api::ToolSet tools;  // of theirs and of ours, those that models are offered
};

// Makes the enabled providers, and finds the tools. Problems are added; with any, the result is
// empty. Nothing of `from.services` is needed for it.
std::optional<MadeProviders> make_providers(const Composing& from, std::vector<Problem>& problems);

// Draws the routes to them.
api::SnapshotPtr compose(const Composing& from, MadeProviders made);

// Both. Null where there are problems.
api::SnapshotPtr compose(const Composing& from, std::vector<Problem>& problems);

// The provider instances of a snapshot.
std::vector<std::shared_ptr<plugin_host::Instance>> instances_of(const api::Snapshot& snapshot);

// What the server holds its clients to.
server::Limits server_limits(const settings::Limits& limits);

// One line for each, on standard error, and a last one that says what to do.
void print_problems(const std::vector<Problem>& problems);

}  // namespace patchbay::app
