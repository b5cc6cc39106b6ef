// What the stub is told to do, from its configuration and from a request.
//
// A script is a JSON object; every key may be left out:
//
//   reply           the text to answer with
//   mode            "echo": the last user message's text; "reply": what `reply` says (the default)
//   tokens          answer with that many made-up words
//   image           answer with this image in Markdown: an URL, or true for a built-in one
//   refusal         refuse, in these words
//   tool_calls      call these tools: [{"name": "f", "arguments": {...} or "text"}]
//   reasoning       think this first
//   first_delay_ms  wait before the first piece
//   token_delay_ms  wait between pieces
//   finish          stop, length, tool_calls, content_filter, or any other word
//   usage           {"input", "output", "reasoning", "cache_read"} instead of counts of words
//   error           fail: {"status", "message", "code", "type", "param", "retry_after_ms",
//                   "after_tokens"}
//   break_off_after stop without an end after that many pieces
//   malformed       true, or the bytes: send what is no JSON in the middle of the answer
//
// What to answer with (reply to tool_calls above) is one decision: a script that makes it replaces
// the whole decision of the script below it. The other keys replace each its own.
//
// A mode takes what it can use: a transcript is `reply` or `tokens`, an image `image`; the delays,
// faults and `usage` work in every mode.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::stub {

struct ScriptedTool {
  std::string name;
  std::string arguments;  // JSON text
};

struct ScriptedError {
  int status = 500;
  std::string message = "the stub was told to fail";
  std::string code;
  std::string type;
  std::string param;
  std::int64_t retry_after_ms = -1;
  std::int64_t after_tokens = 0;
};

struct ScriptedUsage {
  std::int64_t input = -1;  // -1: count
  std::int64_t output = -1;
  std::int64_t reasoning = -1;
  std::int64_t cache_read = -1;
};

struct Script {
  // What to answer with.
  std::optional<std::string> reply;
  bool echo = false;
  std::optional<std::int64_t> tokens;
  std::optional<std::string> image;
  std::optional<std::string> refusal;
  std::vector<ScriptedTool> tools;

  std::optional<std::string> reasoning;
  std::optional<std::int64_t> first_delay_ms;
  std::optional<std::int64_t> token_delay_ms;
  std::optional<std::string> finish;
  std::optional<ScriptedUsage> usage;
  std::optional<ScriptedError> error;
  std::optional<std::int64_t> break_off_after;
  std::optional<std::string> malformed;

  [[nodiscard]] bool says_what() const {
    return reply || echo || tokens || image || refusal || !tools.empty();
  }

  // Puts `over` on top of this script.
  void put_over(Script over);
};

// Reads a script. Returns what is wrong with it, naming the key ("tokens: ..."), or an empty text.
// `is_config`: also takes the keys that a configuration has and a request has not.
std::string read_script(JsonValue value, bool is_config, Script& out);

}  // namespace patchbay::plugins::stub
