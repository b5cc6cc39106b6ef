// The messages of POST /chat, whoever wrote them, as those of openai.chat/1.
//
// Three ways of writing are told apart message by message:
//   OpenAI's      content (text or parts), tool_calls, tool_call_id, ...
//   useChat 4     content, experimental_attachments, toolInvocations; parts repeats them in order
//   useChat 5+    parts alone: text, file, reasoning, tool-<name>, dynamic-tool, step-start
// A message of useChat with tool calls becomes several: the call, its results, what came after
// them. A tool call without a result (its user went on without it) is left out, since no vendor
// accepts a history with one.

#pragma once

#include <optional>
#include <string>

#include "core/chat/failure.hpp"
#include "core/json/view.hpp"

namespace patchbay::dialects::chat_route {

struct History {
  std::string messages;        // the array
  std::string last_user_text;  // its texts, a line each

  // Reads the value of "messages". Returns what is wrong, with its path.
  std::optional<chat::Failure> read(json::View value);
};

}  // namespace patchbay::dialects::chat_route
