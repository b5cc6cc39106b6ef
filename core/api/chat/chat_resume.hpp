// Reading the answer of a conversation on: the client knows the conversation, and not the stream.

#pragma once

#include "core/api/chat/stop_answer.hpp"
#include "core/api/reply.hpp"

namespace patchbay::api {

// GET /chat/{id}/stream and GET /chat?chatId=...: the answer that is being written, from its
// beginning; 204 where none is.
void resume_chat(server::Exchange& exchange, const Context& context);
void resume_chat_by_query(server::Exchange& exchange, const Context& context);

// The last answer of a conversation, after what the header Last-Event-ID names; 204 where nothing
// more comes, so that an EventSource stops asking.
void read_answer_on(server::Exchange& exchange, const Context& context, NamedConversation which);

}  // namespace patchbay::api
