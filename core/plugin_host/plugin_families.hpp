// What is known of plugins and their calls, as families of metrics.

#pragma once

#include "core/plugin_host/catalog.hpp"
#include "core/telemetry/exposition.hpp"

namespace patchbay::plugin_host {

// Thread-safe.
void add_plugin_families(telemetry::Exposition& page, const Catalog& catalog);

}  // namespace patchbay::plugin_host
