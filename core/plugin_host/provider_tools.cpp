#include "core/plugin_host/provider_tools.hpp"

#include <algorithm>

#include "core/json/utf8.hpp"
#include "core/json/value.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

bool is_name_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

Error wrong(const std::string& tool, const char* what) {
  return make_error(ErrorCode::kInvalid, "the tool \"" + tool + "\" " + what);
}

}  // namespace

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), is_name_byte);
}

Result<std::vector<Tool>> read_tools(const pbay_tool* const* list, std::size_t count) {
  if (count > kToolsMax || (list == nullptr && count > 0)) {
    return make_error(ErrorCode::kInvalid, "the list of tools is broken");
  }
  std::vector<Tool> tools;
  for (std::size_t i = 0; i < count; ++i) {
    const pbay_tool* given = list[i];
    if (given == nullptr || !PBAY_HAS(given, parameters)) {
      return make_error(ErrorCode::kInvalid,
                        "tool number " + std::to_string(i) + " is no pbay_tool");
    }
    Tool tool{std::string(text_of(given->name)),
              std::string(text_of(given->description)),
              std::string(text_of(given->parameters))};
    if (!is_tool_name(tool.name)) {
      return make_error(ErrorCode::kInvalid,
                        "tool number " + std::to_string(i) +
                            " has a name that no model can call: 1 to 64 letters, digits, _ and -");
    }
    for (const Tool& other : tools) {
      if (other.name == tool.name) return wrong(tool.name, "is there twice");
    }
    if (!json::is_valid_utf8(tool.description)) {
      return wrong(tool.name, "has a description that is not UTF-8");
    }
    if (tool.parameters.empty()) tool.parameters = kNoParameters;
    const Result<json::Value> schema = json::parse(tool.parameters);
    if (!schema || !schema->is(json::Kind::kObject)) {
      return wrong(tool.name, "has parameters that are not a JSON object");
    }
    tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace patchbay::plugin_host
