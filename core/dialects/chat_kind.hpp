// Which of the three kinds of chat that share POST /chat a body belongs to.

#pragma once

#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects {

enum class ChatKind {
  kMessages,  // `messages`: chat_route
  kPrompt,    // `prompt`: prompt_chat
  kMessage,   // `message`: session_chat
};

// What the request says beside its body.
struct ChatHints {
  bool session_header = false;  // it has a Session-Id header
  bool slash = false;           // its path ends with a slash
};

// The body's own word counts first, and then the hints: a body without one of the three members is
// one of prompt_chat that lacks its prompt where there is a Session-Id, and one of session_chat
// that lacks its message where the path ends with a slash; their readers say so. A failure is to be
// written by text_error_body(): a 400 that names the three, or what is no JSON with its byte, which
// is a 422 to clients of session_chat.
std::variant<ChatKind, chat::Failure> tell_chat_kind(json::Padded body, ChatHints hints);

}  // namespace patchbay::dialects
