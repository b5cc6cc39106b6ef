// The tools that a provider offers to models, asked for under the strict host.

#pragma once

#include <string>
#include <vector>

#include "core/check/samples.hpp"
#include "core/check/strict_provider.hpp"
#include "core/plugin_host/instance.hpp"

namespace patchbay::check {

struct ToolListing {
  bool offered = false;  // patchbay.provider.tools/1 is there
  std::vector<plugin_host::Tool> tools;
  std::string fault;  // what is wrong with the table, the call or the list; empty when nothing is
};

ToolListing list_tools(StrictProvider& provider);

// A call of each tool, with the least arguments that its schema allows.
std::vector<RequestSample> tool_requests(StrictProvider& provider);

// A call of one tool.
RequestSample tool_request(const std::string& tool, const std::string& arguments);

}  // namespace patchbay::check
