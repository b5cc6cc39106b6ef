#include "plugins/anthropic/tools.hpp"

#include <algorithm>

#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

constexpr std::size_t kNameLengthMax = 128;

// The vendor's own tools are named with the day of their version: web_search_20250305.
bool is_vendor_tool(std::string_view type) {
  const std::size_t last = type.rfind('_');
  if (last == type.npos || type.size() - last != 9) return false;
  const std::string_view day = type.substr(last + 1);
  return std::all_of(day.begin(), day.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A schema for arguments must say that they are an object.
void append_schema(JsonValue parameters, JsonObject& tool, std::string& out) {
  if (!parameters.is_object() || parameters.members().empty()) {
    return tool.raw("input_schema", R"({"type":"object","properties":{}})");
  }
  if (parameters["type"].says("object")) return tool.raw("input_schema", parameters.raw());
  tool.key("input_schema");
  JsonObject schema(out);
  schema.text("type", "object");
  for (const JsonValue member : parameters.members()) {
    if (!member.key().says("type")) schema.raw(member.key().escaped(), member.raw());
  }
  schema.end();
}

bool append_tool(JsonValue tool, const std::string& path, Tools& tools, Translation& out) {
  const JsonValue type = tool["type"];
  if (is_vendor_tool(type.string())) {
    next_element(tools.list);
    tools.list += tool.raw();
    return true;
  }
  if (type && !type.says("function")) {
    return out.refuse(path + ".type",
                      "A tool of the type '" + type.string().substr(0, 60) +
                          "' is not offered by this provider.");
  }
  const JsonValue function = tool["function"].is_object() ? tool["function"] : tool;
  const std::string name = function["name"].string();
  if (!is_tool_name(name)) {
    return out.refuse(path + ".function.name", std::string(kNameRule));
  }
  if (function["strict"].is_true()) out.note("left out " + path + ".function.strict");
  next_element(tools.list);
  JsonObject made(tools.list);
  made.text("name", name);
  if (!function["description"].escaped().empty()) {
    made.raw("description", function["description"].raw());
  }
  append_schema(function["parameters"], made, tools.list);
  const JsonValue cache = tool["cache_control"] ? tool["cache_control"] : function["cache_control"];
  if (cache.is_object()) made.raw("cache_control", cache.raw());
  made.end();
  return true;
}

void append_made_up(const std::vector<std::string>& called, Tools& tools) {
  for (const std::string& name : called) {
    next_element(tools.list);
    JsonObject made(tools.list);
    made.text("name", name);
    made.raw("input_schema", R"({"type":"object"})");
    made.end();
  }
  tools.choice = R"({"type":"none"})";
}

// What a choice is called here; empty for what it may not or cannot be.
std::string choice_of(JsonValue choice, bool may_force, Translation& out) {
  const std::string name =
      (choice["function"].is_object() ? choice["function"] : choice)["name"].string();
  std::string word = choice.string();
  if (choice.is_object()) word = name.empty() ? choice["type"].string() : "tool";
  if (word.empty() || word == "auto") return "auto";
  if (word == "none") return "none";
  const bool any = word == "required" || word == "any";
  if (!any && word != "tool") return {};
  if (!may_force) {
    out.note("left out tool_choice: a model that thinks cannot be made to call a tool");
    return "auto";
  }
  return any ? "any" : "tool";
}

}  // namespace

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameLengthMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '_' || c == '-';
         });
}

bool translate_tools(JsonValue request,
                     const std::vector<std::string>& called,
                     bool may_force,
                     Tools& tools,
                     Translation& out) {
  if (request["functions"]) return out.refuse("functions", "Use tools instead of functions.");
  const JsonValue list = request["tools"];
  if (list && !list.is_array()) return out.refuse("tools", "tools must be a list.");
  std::size_t index = 0;
  for (const JsonValue tool : list.elements()) {
    if (!append_tool(tool, element("tools", index++), tools, out)) return false;
  }
  if (tools.list.empty()) {
    if (!called.empty()) append_made_up(called, tools);
    return true;
  }
  const JsonValue choice = request["tool_choice"];
  const std::string type = choice_of(choice, may_force, out);
  if (type.empty()) {
    return out.refuse("tool_choice", "tool_choice must be auto, none, required or a function.");
  }
  const JsonValue parallel = request["parallel_tool_calls"];
  const bool one_at_most = parallel.kind() == JsonKind::kFalse && type != "none";
  if (!choice && !one_at_most) return true;
  JsonObject made(tools.choice);
  made.text("type", type);
  if (type == "tool") {
    const JsonValue function = choice["function"].is_object() ? choice["function"] : choice;
    made.raw("name", function["name"].raw());
  }
  if (one_at_most) made.raw("disable_parallel_tool_use", "true");
  made.end();
  return true;
}

}  // namespace patchbay::plugins::anthropic
