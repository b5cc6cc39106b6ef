#include "core/api/tools/server_tool.hpp"

#include <algorithm>

#include "core/json/write.hpp"

namespace patchbay::api {

const ServerTool* find_tool(const ToolSet& tools, std::string_view name) {
  const auto found = std::find_if(
      tools.begin(), tools.end(), [&](const auto& tool) { return tool->name() == name; });
  return found == tools.end() ? nullptr : found->get();
}

std::string tool_definitions(const ToolSet& tools) {
  std::string out;
  for (const auto& tool : tools) {
    if (!out.empty()) out += ',';
    out += tool->definition();
  }
  return out;
}

std::string tool_definition(std::string_view name,
                            std::string_view description,
                            std::string_view parameters) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "function").key("function").begin_object();
  writer.member("name", name).member("description", description);
  writer.key("parameters").raw(parameters);
  writer.end_object().end_object();
  return out;
}

}  // namespace patchbay::api
