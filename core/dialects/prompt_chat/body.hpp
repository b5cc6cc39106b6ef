// The requests of prompt chat: a prompt, in a session that a header names.
//
//   POST /chat            Session-Id: s1   {"prompt":"Hi","llm":"OpenAI","temperature":0.7}
//   POST /clear_context   Session-Id: s1

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::prompt_chat {

struct PromptBody {
  std::string prompt;
  // The provider, in any case of letters; nothing when the client named none. "" is a name as well,
  // which no provider has.
  std::optional<std::string> llm;
  std::optional<double> temperature;  // from 0 to 2; nothing when the client did not say
};

// Fails with a 400 whose message is the text for the client: `Prompt is required`, a wrong type
// with the field's name, or what is no JSON with its byte.
std::variant<PromptBody, chat::Failure> read_body(json::Padded body);

// The session that the header names, or the 400 `Session ID is required`.
std::variant<std::string, chat::Failure> read_session(std::optional<std::string_view> session_id);

// The 400 `Invalid LLM provider`.
chat::Failure invalid_provider();

}  // namespace patchbay::dialects::prompt_chat
