// The conversation, as this API wants it: the system's words apart; user and assistant in turns;
// the results of tool calls right after the calls, all in one message and before anything else in
// it.

#pragma once

#include <string>
#include <vector>

#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

struct Conversation {
  std::string system;                // text blocks, with commas between them; may be empty
  std::string messages;              // the same of messages; never empty
  std::vector<std::string> called;   // names of the tools that were called, each once
  bool ends_with_assistant = false;  // the model is to go on with what it said
};

// Whether the turn that the model is in, after calls whose results are there, has come without the
// thinking that it began with. A model that thinks with a budget then refuses to think on.
// `messages` is the request's list.
bool lacks_thinking(JsonValue messages);

// `with_thinking`: put the thinking that the history carries back into it. Nothing when refused.
bool translate_messages(JsonValue messages,
                        bool with_thinking,
                        Conversation& conversation,
                        Translation& out);

}  // namespace patchbay::plugins::anthropic
