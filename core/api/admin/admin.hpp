// GET /admin/plugins, GET /admin/plugins/{id}, POST /admin/plugins/{id}/reload and .../rollback.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

// {"object":"list","data":[...]}: the plugins that are loaded.
void list_plugins(server::Exchange& exchange, const Context& context);

// One of them, by its id.
void show_plugin(server::Exchange& exchange, const Context& context);

// Goes to the installed version of a plugin, or back to the one before, and answers when that is
// done or refused; requests wait for each other.
void change_plugin(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
