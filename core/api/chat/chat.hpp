// POST /chat, where three kinds of chat meet, told apart by their bodies.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void post_chat(server::Exchange& exchange, const Context& context);

// Chat and image in one stream, in the protocol that the client reads: bodies with `messages`.
void unified_chat(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
