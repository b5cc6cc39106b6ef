// Stopping the answer that is being written in a conversation, wherever it is written.

#pragma once

#include <string>

#include "core/api/reply.hpp"

namespace patchbay::api {

// The dialect of conversations that POST /chat with `messages` begins.
inline constexpr const char* kChatDialect = "chat";

// By its id, or else by what the client calls it.
struct NamedConversation {
  std::string id = {};
  std::string dialect = {};
  std::string external_key = {};
};

// Answers {"success":true,...}, or {"success":false,...} where nothing is being written, with the
// status 200 both.
void stop_answer(server::Exchange& exchange, const Context& context, NamedConversation which);

}  // namespace patchbay::api
