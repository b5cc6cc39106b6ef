// Conversations themselves: made, listed, searched, shown, changed and deleted by their owner.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void list_conversations(server::Exchange& exchange, const Context& context);
void create_conversation(server::Exchange& exchange, const Context& context);
void show_conversation(server::Exchange& exchange, const Context& context);
void change_conversation(server::Exchange& exchange, const Context& context);
void pin_conversation(server::Exchange& exchange, const Context& context);
void delete_conversation(server::Exchange& exchange, const Context& context);
void stop_conversation(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
