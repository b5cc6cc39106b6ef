// Asking the server that runs with these settings, if one does, what it has loaded.

#pragma once

#include <optional>

#include "core/json/value.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

// What `GET /admin/plugins` answers, with its array `data`. Nothing when nobody answers like that
// at server.listen within two seconds. The first of admin.keys is sent along, if there are any.
std::optional<json::Value> ask_running_plugins(const settings::Settings& settings);

}  // namespace patchbay::app
