#include "core/app/offered_tools.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/api/tools/built_in_tools.hpp"
#include "core/api/tools/provider_tool.hpp"

namespace patchbay::app {
namespace {

constexpr const char* kPath = "chat.tools";

using Instances = std::vector<std::shared_ptr<plugin_host::Instance>>;

class Finder {
 public:
  Finder(const settings::Settings& settings,
         const Instances& instances,
         std::vector<Problem>& problems)
      : settings_(settings), instances_(instances), problems_(problems) {}

  void find(const settings::ChatTool& wanted) {
    if (auto tool = api::built_in_tool(wanted.name))
      return offer(wanted, "the server", std::move(tool));
    if (is_provider(wanted.name)) return find_all(wanted, wanted.name);
    const std::size_t dot = wanted.name.rfind('.');  // a tool's name has none
    const std::string provider = wanted.name.substr(0, dot);
    if (dot == std::string::npos || !is_provider(provider)) {
      std::string built_in;
      for (const auto& tool : api::built_in_tools())
        built_in += tool->name() + ", ";
      return complain(wanted,
                      "there is no tool `" + wanted.name + "`: expected " + built_in +
                          "the name of a provider, or <provider>.<tool>");
    }
    find_one(wanted, provider, wanted.name.substr(dot + 1));
  }

  api::ToolSet tools;

 private:
  [[nodiscard]] bool is_provider(const std::string& name) const {
    return std::any_of(settings_.providers.begin(),
                       settings_.providers.end(),
                       [&](const settings::Provider& each) { return each.name == name; });
  }

  // Null for one that is disabled.
  [[nodiscard]] const plugin_host::Instance* instance(const std::string& name) const {
    for (const auto& each : instances_) {
      if (each->name() == name) return each.get();
    }
    return nullptr;
  }

  void find_all(const settings::ChatTool& wanted, const std::string& provider) {
    const plugin_host::Instance* from = instance(provider);
    if (from == nullptr) return;
    if (from->tools().empty()) {
      return complain(wanted, "the provider `" + provider + "` offers no tools");
    }
    for (const plugin_host::Tool& tool : from->tools())
      offer(wanted, "`" + provider + "`", api::make_provider_tool(provider, tool));
  }

  void find_one(const settings::ChatTool& wanted,
                const std::string& provider,
                std::string_view name) {
    const plugin_host::Instance* from = instance(provider);
    if (from == nullptr) return;
    std::string all;
    for (const plugin_host::Tool& tool : from->tools()) {
      if (tool.name == name) {
        return offer(wanted, "`" + provider + "`", api::make_provider_tool(provider, tool));
      }
      all += (all.empty() ? "" : ", ") + tool.name;
    }
    complain(wanted,
             "the provider `" + provider + "` offers no tool `" + std::string(name) + "`" +
                 (all.empty() ? "" : "; its tools are " + all));
  }

  void offer(const settings::ChatTool& wanted,
             const std::string& from,
             std::shared_ptr<const api::ServerTool> tool) {
    const auto [other, is_new] = sources_.try_emplace(tool->name(), from);
    if (is_new) return tools.push_back(std::move(tool));
    complain(wanted,
             "there is a tool `" + tool->name() + "` already, of " + other->second +
                 "; models know a tool by its name alone");
  }

  void complain(const settings::ChatTool& wanted, std::string what) {
    problems_.push_back({wanted.origin, kPath, std::move(what)});
  }

  const settings::Settings& settings_;
  const Instances& instances_;
  std::vector<Problem>& problems_;
  std::map<std::string, std::string> sources_;  // of each tool that is offered
};

}  // namespace

api::ToolSet offered_tools(const settings::Settings& settings,
                           const Instances& instances,
                           std::vector<Problem>& problems) {
  Finder finder(settings, instances, problems);
  for (const settings::ChatTool& wanted : settings.chat.tools)
    finder.find(wanted);
  return std::move(finder.tools);
}

}  // namespace patchbay::app
