// Conversations and messages as JSON: the one form in which every route shows them.
//
//   {"id":"...","title":"...","userid":"ada","default_model":"m","is_pinned":false,
//    "created_at":"2026-11-21T19:28:06.042Z","updated_at":"...","message_count":2,"messages":[
//     {"id":"...","role":"user","content":"Hi","model":null,"status":"complete",
//      "timestamp":"...","version":1,"versions":1}]}
//
// A message has `parts` where there is more to it than text, and `error` where its answer failed.

#pragma once

#include <span>
#include <string>

#include "core/storage/records.hpp"

namespace patchbay::api {

// As it stands in lists: without its messages.
void append_conversation(std::string& out, const storage::Conversation& conversation);

// The whole, with its messages in the order given.
void append_conversation(std::string& out,
                         const storage::Conversation& conversation,
                         std::span<const storage::Message> messages);

// Its active version. The timestamp is that version's.
void append_message(std::string& out, const storage::Message& message);

}  // namespace patchbay::api
