#include "core/conversations/server_tools.hpp"

#include <algorithm>
#include <array>

#include "core/base/clock.hpp"
#include "core/base/iso_time.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

struct Tool {
  std::string_view name;
  std::string_view definition;  // an element of `tools`
  std::string (*run)(const ToolCall& call);
};

std::string current_time(const ToolCall&) {
  std::string result;
  json::Writer writer(result);
  writer.begin_object().member("current_time", iso_time(unix_ms())).member("timezone", "UTC");
  writer.end_object();
  return result;
}

constexpr std::array kTools{
    Tool{"get_current_time",
         R"({"type":"function","function":{"name":"get_current_time",)"
         R"("description":"Tells the current date and time (UTC, ISO 8601).",)"
         R"("parameters":{"type":"object","properties":{},"additionalProperties":false}}})",
         current_time},
};

const Tool* find(std::string_view name) {
  const auto* tool = std::find_if(
      kTools.begin(), kTools.end(), [&](const Tool& each) { return each.name == name; });
  return tool == kTools.end() ? nullptr : tool;
}

}  // namespace

bool is_server_tool(std::string_view name) {
  return find(name) != nullptr;
}

std::vector<std::string> server_tools() {
  std::vector<std::string> names;
  for (const Tool& tool : kTools)
    names.emplace_back(tool.name);
  return names;
}

std::string tool_definitions(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    const Tool* tool = find(name);
    if (tool == nullptr) continue;
    if (!out.empty()) out += ',';
    out += tool->definition;
  }
  return out;
}

std::string run_server_tool(const ToolCall& call) {
  const Tool* tool = find(call.name);
  return tool == nullptr ? R"({"error":"There is no such tool"})" : tool->run(call);
}

}  // namespace patchbay::conversations
