#include "plugins/anthropic/request.hpp"

#include <utility>

#include "plugins/anthropic/json_object.hpp"
#include "plugins/anthropic/messages.hpp"
#include "plugins/anthropic/options.hpp"
#include "plugins/anthropic/response_format.hpp"
#include "plugins/anthropic/thinking.hpp"
#include "plugins/anthropic/tools.hpp"

namespace patchbay::plugins::anthropic {
namespace {

using Mode = ThinkingPlan::Mode;

// Everything of a request, read and decided, before any of it is written.
struct Parts {
  Length length;
  ThinkingPlan thinking;
  Conversation conversation;
  Tools tools;
  ResponseFormat format;
};

// A model that was thinking with a budget must get its thinking back; where that is gone, the way
// that the vendor leaves open is to go on without.
void mind_lost_thinking(JsonValue messages, ThinkingPlan& plan, Translation& out) {
  if (plan.mode != Mode::kBudget || !lacks_thinking(messages)) return;
  plan.mode = Mode::kOff;
  out.thinking_lost = true;
}

// Thinking that the model would not look at is left at home.
bool takes_thinking_back(const ThinkingPlan& plan, const ModelTraits& traits) {
  if (plan.mode == Mode::kUnsaid) {
    return traits.thinking == Thinking::kAdaptive || traits.thinking == Thinking::kAlways;
  }
  return plan.on();
}

bool read_parts(JsonValue request,
                const RequestSettings& settings,
                Parts& parts,
                Translation& out) {
  if (!check_fields(request, out)) return false;
  if (!read_length(request, settings.max_tokens, parts.length, out)) return false;
  if (!plan_thinking(request, parts.thinking, out)) return false;
  mind_lost_thinking(request["messages"], parts.thinking, out);
  fit_budget(parts.thinking, parts.length.max_tokens, parts.length.said, out);
  if (!translate_messages(request["messages"],
                          takes_thinking_back(parts.thinking, out.traits),
                          parts.conversation,
                          out)) {
    return false;
  }
  if (parts.conversation.ends_with_assistant && parts.thinking.mode == Mode::kBudget) {
    out.note("turned thinking off: the model is to go on with what it said");
    parts.thinking.mode = Mode::kOff;
  }
  const bool may_force = out.traits.forced_tools && parts.thinking.mode != Mode::kBudget;
  return translate_tools(request, parts.conversation.called, may_force, parts.tools, out) &&
         translate_response_format(request["response_format"], parts.format, out);
}

void append_list(JsonObject& body,
                 std::string_view name,
                 std::string_view list,
                 std::string& text) {
  if (list.empty()) return;
  body.key(name);
  text.append("[").append(list).append("]");
}

void append_output_config(const Parts& parts, JsonObject& body, std::string& text) {
  if (parts.thinking.effort.empty() && parts.format.native.empty()) return;
  body.key("output_config");
  JsonObject config(text);
  if (!parts.thinking.effort.empty()) config.text("effort", parts.thinking.effort);
  if (!parts.format.native.empty()) config.raw("format", parts.format.native);
  config.end();
}

bool write(JsonValue request,
           std::string_view model,
           const RequestSettings& settings,
           Parts& parts,
           std::string& text,
           Translation& out) {
  std::string& system = parts.conversation.system;
  if (!parts.format.instruction.empty()) {
    next_element(system);
    JsonObject block(system);
    block.text("type", "text");
    block.text("text", parts.format.instruction);
    block.end();
  }
  JsonObject body(text);
  body.text("model", model);
  body.number("max_tokens", parts.length.max_tokens);
  append_list(body, "system", system, text);
  append_list(body, "messages", parts.conversation.messages, text);
  append_list(body, "tools", parts.tools.list, text);
  if (!parts.tools.choice.empty()) body.raw("tool_choice", parts.tools.choice);
  const std::string thinking = thinking_value(parts.thinking, out.traits);
  if (!thinking.empty()) body.raw("thinking", thinking);
  append_output_config(parts, body, text);
  if (!append_options(request, parts.thinking.on(), body, text, out)) return false;
  if (settings.stream) body.raw("stream", "true");
  body.end();
  return true;
}

}  // namespace

TranslatedRequest translate_request(std::string_view openai_body,
                                    std::string_view model,
                                    const RequestSettings& settings) {
  TranslatedRequest made;
  JsonText json;
  if (!json.parse(openai_body) || !json.root().is_object()) {
    made.refusal = Refusal{"", "The request is not a JSON object, or nested too deep."};
    return made;
  }
  Translation out{.traits = traits_of(model), .refusals = {}, .notes = {}};
  Parts parts;
  std::string text;
  text.reserve(openai_body.size() + 256);
  const bool good = read_parts(json.root(), settings, parts, out) &&
                    write(json.root(), model, settings, parts, text, out);
  made.notes = std::move(out.notes);
  made.thinking_lost = out.thinking_lost;
  if (good) {
    made.body = std::move(text);
  } else {
    made.refusal = std::move(out.refusals.front());
  }
  return made;
}

}  // namespace patchbay::plugins::anthropic
