#include "core/api/tools/built_in_tools.hpp"

#include "core/api/tools/search_files_tool.hpp"
#include "core/base/clock.hpp"
#include "core/base/iso_time.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

class CurrentTime final : public ServerTool {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& definition() const override { return definition_; }

  std::unique_ptr<ToolRun> run(const conversations::ToolCall&,
                               const ToolOccasion&,
                               Then then) const override {
    std::string result;
    json::Writer writer(result);
    writer.begin_object().member("current_time", iso_time(unix_ms())).member("timezone", "UTC");
    writer.end_object();
    then(std::move(result));
    return nullptr;
  }

 private:
  const std::string name_ = "get_current_time";
  const std::string definition_ =
      tool_definition(name_,
                      "Tells the current date and time (UTC, ISO 8601).",
                      R"({"type":"object","properties":{},"additionalProperties":false})");
};

}  // namespace

std::shared_ptr<const ServerTool> built_in_tool(std::string_view name) {
  for (const auto& tool : built_in_tools()) {
    if (tool->name() == name) return tool;
  }
  return nullptr;
}

const ToolSet& built_in_tools() {
  static const ToolSet tools{std::make_shared<const CurrentTime>(), make_search_files_tool()};
  return tools;
}

}  // namespace patchbay::api
