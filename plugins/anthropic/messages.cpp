#include "plugins/anthropic/messages.hpp"

#include <algorithm>
#include <utility>

#include "plugins/anthropic/content_parts.hpp"
#include "plugins/anthropic/json_object.hpp"
#include "plugins/anthropic/reasoning_blocks.hpp"
#include "plugins/anthropic/tool_ids.hpp"
#include "plugins/anthropic/tools.hpp"

namespace patchbay::plugins::anthropic {
namespace {

// What the API takes as the beginning where a client begins with the assistant.
constexpr std::string_view kOpening = "(The conversation begins.)";

bool is_system(JsonValue role) {
  return role.says("system") || role.says("developer");
}

// White space at the end of what the model is to go on with is refused.
std::string_view without_end_space(std::string_view escaped) {
  while (!escaped.empty()) {
    const char last = escaped.back();
    if (last == ' ') {
      escaped.remove_suffix(1);
      continue;
    }
    if (last != 'n' && last != 't' && last != 'r') break;
    const std::size_t plain = escaped.find_last_not_of('\\', escaped.size() - 2);
    const std::size_t slashes = escaped.size() - 1 - (plain == escaped.npos ? 0 : plain + 1);
    if (slashes % 2 == 0) break;
    escaped.remove_suffix(2);
  }
  return escaped;
}

// The arguments of a call are text that should hold an object. What holds something else, as the
// arguments that a length limit cut off, is shown to the model as it is.
void append_input(JsonValue arguments, JsonObject& block, Translation& out) {
  if (arguments.is_object()) return block.raw("input", arguments.raw());
  if (is_blank(arguments.escaped())) return block.raw("input", "{}");
  std::string scratch;
  const std::string_view text = arguments.text(scratch);
  JsonText json;
  if (json.parse(text) && json.root().is_object()) return block.raw("input", json.root().raw());
  out.note("the arguments of a tool call are no JSON object and were sent as a text");
  std::string wrapped = "{\"invalid_arguments\":\"";
  wrapped.append(arguments.escaped()).append("\"}");
  block.raw("input", wrapped);
}

class Writer {
 public:
  Writer(bool with_thinking, Conversation& conversation, Translation& out)
      : with_thinking_(with_thinking), to_(conversation), out_(out) {}

  bool message(JsonValue message, std::size_t index, bool is_last) {
    const std::string path = element("messages", index);
    const JsonValue role = message["role"];
    if (!message["name"].escaped().empty()) out_.note("left out " + path + ".name");
    if (is_system(role)) return system(message, path);
    if (role.says("user")) return user(message, path);
    if (role.says("assistant")) return assistant(message, path, is_last);
    if (role.says("tool")) return tool(message, path);
    return out_.refuse(path + ".role",
                       "A message of the role '" + role.string().substr(0, 60) +
                           "' cannot be sent to this provider.");
  }

  bool end() {
    to_.ends_with_assistant = !assistant_.empty();
    if (!end_turn()) return false;
    if (!to_.messages.empty()) return true;
    if (to_.system.empty()) {
      return out_.refuse("messages", "A conversation needs at least one message with content.");
    }
    // Instructions alone are what the model is to answer.
    append_message("user", std::exchange(to_.system, {}));
    return true;
  }

 private:
  struct Pending {
    std::string id;    // as the client has it
    std::string sent;  // as it was sent
    bool answered = false;
  };

  bool system(JsonValue message, const std::string& path) {
    Blocks blocks;
    if (!append_content(message["content"], path + ".content", Speaker::kSystem, blocks, out_)) {
      return false;
    }
    blocks.cache_last(message["cache_control"]);
    if (blocks.empty()) return true;
    next_element(to_.system);
    to_.system += blocks.text;
    return true;
  }

  bool user(JsonValue message, const std::string& path) {
    if (!end_assistant()) return false;
    if (!append_content(message["content"], path + ".content", Speaker::kUser, user_, out_)) {
      return false;
    }
    user_.cache_last(message["cache_control"]);
    return true;
  }

  bool tool(JsonValue message, const std::string& path) {
    if (!end_assistant()) return false;
    const std::string id = message["tool_call_id"].string();
    const auto call = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) {
      return one.id == id && !one.answered;
    });
    if (call == pending_.end()) {
      return out_.refuse(path + ".tool_call_id",
                         "A tool message must answer a call of the assistant's message before it, "
                         "each call once.");
    }
    call->answered = true;
    Blocks content;
    if (!append_content(message["content"], path + ".content", Speaker::kTool, content, out_)) {
      return false;
    }
    next_element(results_.text);
    JsonObject block(results_.text);
    block.text("type", "tool_result");
    block.text("tool_use_id", call->sent);
    if (!content.empty()) block.raw("content", "[" + content.text + "]");
    block.end();
    results_.last_is_cached = false;
    results_.cache_last(message["cache_control"]);
    return true;
  }

  bool assistant(JsonValue message, const std::string& path, bool is_last) {
    if (message["function_call"]) {
      return out_.refuse(path + ".function_call", "Use tool_calls instead of function_call.");
    }
    const JsonValue content = message["content"];
    const JsonValue calls = message["tool_calls"];
    Blocks said;
    if (content.is_string() && is_last && calls.elements().empty()) {
      append_text_block(without_end_space(content.escaped()), {}, said);
    } else if (!append_content(content, path + ".content", Speaker::kAssistant, said, out_)) {
      return false;
    }
    if (!content) append_text_block(message["refusal"].escaped(), {}, said);
    // Thinking alone is no message, and an empty one is left out, so that turns still alternate.
    if (said.empty() && calls.elements().empty()) return true;

    if (!end_user()) return false;
    if (with_thinking_) append_thinking(message, path);
    if (!said.empty()) {
      next_element(assistant_.text);
      assistant_.text += said.text;
      assistant_.last_is_cached = said.last_is_cached;
    }
    std::size_t index = 0;
    for (const JsonValue call : calls.elements()) {
      if (!tool_use(call, element(path + ".tool_calls", index++))) return false;
    }
    assistant_.cache_last(message["cache_control"]);
    return true;
  }

  void append_thinking(JsonValue message, const std::string& path) {
    const ReasoningBlocks thoughts = reasoning_blocks(message);
    if (thoughts.lost) out_.note("left out the thinking of " + path + ": its proof is missing");
    if (thoughts.text.empty()) return;
    next_element(assistant_.text);
    assistant_.text += thoughts.text;
  }

  bool tool_use(JsonValue call, const std::string& path) {
    const JsonValue custom = call["custom"];
    const JsonValue function = call["function"];
    const std::string name = (custom.is_object() ? custom : function)["name"].string();
    if (!call["id"].is_string() || name.empty()) {
      return out_.refuse(path, "A tool call needs an id and a function with a name.");
    }
    if (!is_tool_name(name)) {
      return out_.refuse(path + ".function.name", std::string(kNameRule));
    }
    if (std::find(to_.called.begin(), to_.called.end(), name) == to_.called.end()) {
      to_.called.push_back(name);
    }
    const std::string id = call["id"].string();
    pending_.push_back({id, ids_.call(id), false});
    next_element(assistant_.text);
    JsonObject block(assistant_.text);
    block.text("type", "tool_use");
    block.text("id", pending_.back().sent);
    block.text("name", name);
    append_input(custom.is_object() ? custom["input"] : function["arguments"], block, out_);
    block.end();
    assistant_.last_is_cached = false;
    return true;
  }

  // What was said by one side goes out when the other side speaks.
  bool end_assistant() {
    if (assistant_.empty()) return true;
    if (to_.messages.empty()) {
      out_.note("put an opening message before the assistant's");
      Blocks opening;
      append_text_block(kOpening, {}, opening);
      append_message("user", opening.text);
    }
    append_message("assistant", std::exchange(assistant_, {}).text);
    return true;
  }

  bool end_user() {
    for (const Pending& call : pending_) {
      if (!assistant_.empty() || call.answered) continue;
      return out_.refuse(
          "messages",
          "The tool call '" + call.id.substr(0, 100) + "' has no tool message that answers it.");
    }
    if (!assistant_.empty() && !pending_.empty()) {
      return out_.refuse("messages", "Tool calls must be answered before the assistant goes on.");
    }
    pending_.clear();
    std::string blocks = std::exchange(results_, {}).text;
    if (!user_.empty()) {
      next_element(blocks);
      blocks += std::exchange(user_, {}).text;
    }
    if (!blocks.empty()) append_message("user", blocks);
    return true;
  }

  bool end_turn() {
    const bool calls_open = !assistant_.empty() && !pending_.empty();
    if (calls_open) {
      return out_.refuse("messages", "The tool calls at the end have no tool messages yet.");
    }
    return end_assistant() && end_user();
  }

  void append_message(std::string_view role, std::string_view blocks) {
    next_element(to_.messages);
    JsonObject message(to_.messages);
    message.text("role", role);
    message.key("content");
    to_.messages.append("[").append(blocks).append("]");
    message.end();
  }

  const bool with_thinking_;
  Conversation& to_;
  Translation& out_;
  ToolIds ids_;
  Blocks assistant_;              // what the assistant said since the user last spoke
  Blocks user_, results_;         // and the other way round
  std::vector<Pending> pending_;  // calls of the assistant's last message
};

}  // namespace

bool lacks_thinking(JsonValue messages) {
  bool in_turn = false;     // after calls of tools, before the user speaks again
  bool after_tool = false;  // what the user says next stands beside the tools' results
  bool lacks = false;
  for (const JsonValue message : messages.elements()) {
    const JsonValue role = message["role"];
    if (role.says("user") && !after_tool) in_turn = lacks = false;
    after_tool = role.says("tool") || (after_tool && role.says("user"));
    if (!role.says("assistant") || in_turn) continue;
    in_turn = !message["tool_calls"].elements().empty();
    lacks = in_turn && reasoning_blocks(message).text.empty();
  }
  return lacks;
}

bool translate_messages(JsonValue messages,
                        bool with_thinking,
                        Conversation& conversation,
                        Translation& out) {
  if (!messages.is_array()) return out.refuse("messages", "messages must be a list.");
  Writer writer(with_thinking, conversation, out);
  std::size_t count = 0;
  for (auto at = messages.elements().begin(); at != messages.elements().end(); ++at)
    ++count;
  std::size_t index = 0;
  for (const JsonValue message : messages.elements()) {
    if (!writer.message(message, index, index + 1 == count)) return false;
    ++index;
  }
  return writer.end();
}

}  // namespace patchbay::plugins::anthropic
