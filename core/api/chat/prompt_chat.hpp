// Prompt chat: one prompt after the other in a session that a header names.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void prompt_chat(server::Exchange& exchange, const Context& context);  // POST /chat, with `prompt`
void clear_context(server::Exchange& exchange, const Context& context);  // POST /clear_context

}  // namespace patchbay::api
