// The messages of a conversation, their versions, and the stream of the answer to the last of them.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void list_messages(server::Exchange& exchange, const Context& context);
void add_message(server::Exchange& exchange, const Context& context);
void list_versions(server::Exchange& exchange, const Context& context);
void activate_version(server::Exchange& exchange, const Context& context);

// GET /conversations/{id}/stream: asks for the answer, or reads on in the one that is being written
// where the client says with Last-Event-ID how far it was.
void stream_answer(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
