// Which files a start uses: the configuration, and the folders with plugins.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/app/command_line.hpp"
#include "core/settings/environment.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

// The configuration file to read; nothing: the one that is built in. In this order: --config,
// $PATCHBAY_CONFIG, ./patchbay.yaml, /etc/patchbay/patchbay.yaml. The first two are taken whether
// they exist or not, so that a wrong name is an error and not another configuration.
//
// `exists` says whether a path leads to a file; the default asks the file system.
std::optional<std::filesystem::path> choose_config(
    const CommandLine& line,
    const settings::Environment& environment,
    const std::function<bool(const std::filesystem::path&)>& exists = {});

// The folders to search for plugins, each once: those of the command line, those of the
// configuration, and the bundled ones in `prefix`/plugins.
std::vector<std::filesystem::path> plugin_folders(const CommandLine& line,
                                                  const settings::Settings& settings,
                                                  const settings::Environment& environment,
                                                  const std::filesystem::path& prefix);

}  // namespace patchbay::app
