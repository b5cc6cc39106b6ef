// Bytes that belong to a conversation, for its owner.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void show_file(server::Exchange& exchange, const Context& context);  // GET /files/{id}

}  // namespace patchbay::api
