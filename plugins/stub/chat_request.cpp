#include "plugins/stub/chat_request.hpp"

#include <utility>

namespace patchbay::plugins::stub {
namespace {

constexpr unsigned kSchemaDepthMax = 16;
// A schema that demands the same name over and over, level upon level, would make a small request
// into arguments without end: from here on what is demanded is left out.
constexpr std::size_t kArgumentBytesMax = 16 * 1024;
constexpr std::string_view kMessagePrefix = "stub:";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string text_of(JsonValue content) {
  if (content.is_string()) return content.string();
  std::string text;
  for (const JsonValue part : content.elements()) {
    if (!part["text"].is_string()) continue;
    if (!text.empty()) text += '\n';
    text += part["text"].string();
  }
  return text;
}

// The smallest value that a JSON Schema of the usual kind allows, appended as JSON.
void append_least(JsonValue schema, unsigned depth, std::string& out) {
  if (const JsonValue fixed = schema["const"]) {
    out += fixed.raw();
    return;
  }
  for (const JsonValue choice : schema["enum"].elements()) {
    out += choice.raw();
    return;
  }
  const JsonValue type = schema["type"];
  if (type.says("string")) {
    out += "\"\"";
  } else if (type.says("number") || type.says("integer")) {
    out += schema["minimum"].number() ? schema["minimum"].raw() : std::string_view("0");
  } else if (type.says("boolean")) {
    out += "false";
  } else if (type.says("array")) {
    out += "[]";
  } else if (type.says("null") || depth == kSchemaDepthMax) {
    out += "null";
  } else {
    out += '{';
    bool first = true;
    for (const JsonValue name : schema["required"].elements()) {
      if (!name.is_string()) continue;
      if (out.size() > kArgumentBytesMax) break;
      if (!std::exchange(first, false)) out += ',';
      out.append(name.raw()).append(":");
      append_least(schema["properties"][name.string()], depth + 1, out);
    }
    out += '}';
  }
}

std::string read_tool_choice(JsonValue body, ChatRequest& out) {
  const JsonValue choice = body["tool_choice"];
  const JsonValue named = choice["function"]["name"];
  if (!choice.says("required") && !named.is_string()) return {};
  for (const JsonValue tool : body["tools"].elements()) {
    const JsonValue function = tool["function"];
    if (!function["name"].is_string()) continue;
    if (named && function["name"].string() != named.string()) continue;
    out.tool_is_forced = true;
    out.forced_tool.name = function["name"].string();
    append_least(function["parameters"], 0, out.forced_tool.arguments);
    return {};
  }
  return "tool_choice: it names no function among the tools";
}

}  // namespace

std::int64_t count_words(std::string_view text) {
  std::int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    if (!is_space(c) && !inside) ++words;
    inside = !is_space(c);
  }
  return words;
}

std::string read_text_script(std::string_view text, Script& out) {
  if (!text.starts_with(kMessagePrefix)) return {};
  text.remove_prefix(kMessagePrefix.size());
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  if (!text.starts_with('{')) return {};
  while (is_space(text.back()))
    text.remove_suffix(1);
  JsonText json;
  if (!json.parse(text)) {
    return "the script in the message is not JSON, at byte " + std::to_string(json.error_offset());
  }
  Script script;
  std::string complaint = read_script(json.root(), false, script);
  if (complaint.empty()) out.put_over(std::move(script));
  return complaint;
}

std::string read_chat_request(std::string_view body, ChatRequest& out) {
  JsonText json;
  if (!json.parse(body) || !json.root().is_object()) return "the body is not a JSON object";
  const JsonValue root = json.root();
  if (!root["messages"].is_array()) return "messages: must be a list";
  for (const JsonValue message : root["messages"].elements()) {
    const std::string text = text_of(message["content"]);
    out.prompt_words += count_words(text);
    ++out.message_count;
    if (message["role"].says("user")) out.last_user_text = text;
  }
  if (const JsonValue n = root["n"]) {
    out.choices = n.integer().value_or(0);
    if (out.choices < 1 || out.choices > kChoicesMax) {
      return "n: must be a whole number from 1 to " + std::to_string(kChoicesMax);
    }
  }
  std::string complaint;
  if (root["stub"]) complaint = read_script(root["stub"], false, out.script);
  if (complaint.empty()) complaint = read_text_script(out.last_user_text, out.script);
  if (!complaint.empty()) return "stub: " + complaint;
  return read_tool_choice(root, out);
}

}  // namespace patchbay::plugins::stub
