// What the stub looks at in a chat request, and in what people write.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/stub/script.hpp"

namespace patchbay::plugins::stub {

inline constexpr std::int64_t kChoicesMax = 16;

struct ChatRequest {
  std::string last_user_text;     // of its text parts, joined
  std::int64_t prompt_words = 0;  // of all messages
  std::int64_t message_count = 0;
  std::int64_t choices = 1;  // `n`
  ScriptedTool forced_tool;  // that tool_choice demands, with the least arguments its schema allows
  bool tool_is_forced = false;
  Script script;  // of the request: its `stub` object, and over it the message's
};

// Reads an openai.chat/1 body. Returns what is wrong with it, for a 400, or an empty text.
std::string read_chat_request(std::string_view body, ChatRequest& out);

// A text that begins with `stub:{` is a script, so that clients which cannot add a field to their
// requests can have one. Puts it over `out`; returns what is wrong with it, or an empty text.
std::string read_text_script(std::string_view text, Script& out);

// Words, separated by white space.
std::int64_t count_words(std::string_view text);

}  // namespace patchbay::plugins::stub
