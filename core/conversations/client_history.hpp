// What a client that keeps the history itself says with it: the messages of an openai.chat/1
// request, of which the last one is new.

#pragma once

#include <cstdint>
#include <string>

#include "core/conversations/opening.hpp"
#include "core/json/view.hpp"

namespace patchbay::conversations {

struct ClientHistory {
  UserText last;                   // the last message of a user
  std::int64_t user_messages = 0;  // how many there are
  bool ends_with_user = false;  // false: it ends with a tool's result, or an answer to go on with
  bool lone = false;            // nothing but that one message, and instructions
  std::string instructions;     // of the system, a line each
};

// REQUIRES: `messages` is an array of messages that were checked.
ClientHistory read_client_history(json::View messages);

}  // namespace patchbay::conversations
