#include "core/check/tool_listing.hpp"

#include <cstddef>
#include <optional>
#include <utility>

#include "core/check/event_text.hpp"
#include "core/check/settings.hpp"
#include "core/check/trail.hpp"
#include "core/plugin_host/provider_tools.hpp"

namespace patchbay::check {

ToolListing list_tools(StrictProvider& provider) {
  ToolListing listing;
  const auto* table =
      static_cast<const pbay_provider_tools*>(provider.extension(PBAY_EXT_PROVIDER_TOOLS));
  if (table == nullptr) return listing;
  listing.offered = true;
  if (!PBAY_HAS(table, list) || table->list == nullptr || table->reserved != 0) {
    listing.fault = "the table of " PBAY_EXT_PROVIDER_TOOLS " is broken";
    return listing;
  }
  const pbay_tool* const* list = nullptr;
  std::size_t count = 0;
  StrictHost& host = provider.host();
  host.begin_control();
  Trail::function("tools.list");
  const pbay_status status = table->list(provider.raw(), &list, &count);
  Trail::function("");
  host.end_control();
  if (status < 0) {
    listing.fault = "list() returned " + status_name(status);
    return listing;
  }
  auto tools = plugin_host::read_tools(list, count);
  if (!tools) {
    listing.fault = tools.error().message;
    return listing;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (list[i]->reserved != 0) listing.fault = "a tool whose `reserved` is not zero";
  }
  listing.tools = *std::move(tools);
  return listing;
}

RequestSample tool_request(const std::string& tool, const std::string& arguments) {
  RequestSample sample;
  sample.name = "a call of the tool " + tool;
  sample.mode = PBAY_MODE_TOOL;
  sample.dialect = PBAY_DIALECT_TOOL;
  sample.model = tool;
  sample.body = arguments;
  return sample;
}

std::vector<RequestSample> tool_requests(StrictProvider& provider) {
  std::vector<RequestSample> samples;
  for (const plugin_host::Tool& tool : list_tools(provider).tools) {
    const Result<ProviderSettings> least = settings_for(tool.parameters, std::nullopt);
    samples.push_back(tool_request(tool.name, least ? least->json : "{}"));
  }
  return samples;
}

}  // namespace patchbay::check
