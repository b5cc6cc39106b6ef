// From an entry of the configuration to a plugin's provider object, with every mistake reported at
// its place.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/origin.hpp"
#include "core/plugin_host/manifest.hpp"
#include "core/plugin_host/module.hpp"
#include "core/plugin_host/provider_entry.hpp"
#include "core/plugin_host/provider_instance.hpp"

namespace patchbay::plugin_host {

// "providers.<name>", and below it.
std::string path_of(const ProviderEntry& entry);
std::string path_of(const ProviderEntry& entry, const std::string& key);

// What a manifest says of a provider type. REQUIRES: it has that type.
const ManifestType& type_in(const Manifest& manifest, const std::string& name);

// The entry's configuration as JSON, held to the schema that the manifest names, or, where it names
// none, to the one in the library, for which `module` is needed. Nothing after a problem, or when
// the schema is not at hand.
std::optional<std::string> config_json_of(const ProviderEntry& entry,
                                          const Manifest& manifest,
                                          const Module* module,
                                          std::vector<Problem>& problems);

// Has the plugin make its object. Null after a problem. [control]
std::shared_ptr<ProviderInstance> make_instance(const ProviderEntry& entry,
                                                const std::shared_ptr<Module>& module,
                                                const std::string& config_json,
                                                const std::shared_ptr<ControlThread>& control,
                                                std::vector<Problem>& problems);

}  // namespace patchbay::plugin_host
