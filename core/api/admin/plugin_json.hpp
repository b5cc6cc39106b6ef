// A loaded plugin as JSON.

#pragma once

#include "core/json/write.hpp"
#include "core/plugin_host/plugin_book.hpp"

namespace patchbay::api {

void write_plugin(json::Writer& writer, const plugin_host::PluginState& plugin);

}  // namespace patchbay::api
