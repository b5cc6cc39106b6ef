// GET /: that the server runs. Programs get a status as JSON, browsers a page that leads on.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void home(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
