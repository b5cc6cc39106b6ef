// What a client that keeps the history itself says with it: the messages of an openai.chat/1
// request, of which the last one is new.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/conversations/opening.hpp"
#include "core/json/view.hpp"

namespace patchbay::conversations {

struct ClientHistory {
  UserText last;                        // the last message of a user
  std::vector<std::size_t> user_texts;  // of all messages of users, as hash_of() has them
  bool ends_with_user = false;  // false: it ends with a tool's result, or an answer to go on with
  bool lone = false;            // nothing but that one message, and instructions
};

// REQUIRES: `messages` is an array of messages that were checked.
ClientHistory read_client_history(json::View messages);

// The content of one message, a text or an array of parts, as with_digests() (pictures.hpp) takes
// it.
UserText read_content(json::View content);

// The same messages with `stored` (another such array) before the user's message, which is the
// last.
//
// REQUIRES: `messages` is lone.
std::string with_stored(std::string_view messages, std::string_view stored);

// `messages` with `context` before what the user has said last. Without a user's message, as it is.
std::string with_context(std::string_view messages, std::string_view context);

}  // namespace patchbay::conversations
