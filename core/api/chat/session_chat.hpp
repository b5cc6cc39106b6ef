// Session chat: messages that can be edited, answered again and stopped, in a session that each
// request names. Answers are JSON lines.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void session_send(server::Exchange& exchange, const Context& context);   // POST /chat/
void session_edit(server::Exchange& exchange, const Context& context);   // POST /chat/edit/
void session_retry(server::Exchange& exchange, const Context& context);  // POST /chat/retry/
void session_stop(server::Exchange& exchange, const Context& context);   // POST /chat/stop/{id}

}  // namespace patchbay::api
