// POST /v1/chat/completions.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void chat_completions(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
