// Tools that this server runs itself when a model calls them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::conversations {

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON, as the model wrote it
};

// Whether a tool of that name is run here.
bool is_server_tool(std::string_view name);

// The names of all of them.
std::vector<std::string> server_tools();

// Those of `names` as elements of a request's `tools`, commas between them.
std::string tool_definitions(const std::vector<std::string>& names);

// Runs one and gives its result as JSON; a tool that fails says so in it, for the model to read.
// Takes no time worth speaking of.
std::string run_server_tool(const ToolCall& call);

}  // namespace patchbay::conversations
