// Thread chat: a message, and the response that it follows.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void thread_chat(server::Exchange& exchange, const Context& context);  // POST /api/chat/stream

}  // namespace patchbay::api
