// The tools that a request offers, and how the model is to choose among them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

// The vendor's rule for the names of tools, in definitions and in calls.
inline constexpr std::string_view kNameRule =
    "A tool's name has 1 to 128 letters, digits, _ and -.";
bool is_tool_name(std::string_view name);

struct Tools {
  std::string list;    // definitions, with commas between them; empty: none are offered
  std::string choice;  // the value of tool_choice; empty: left out
};

// `called`: names of tools that the history calls. A history with calls needs definitions, so where
// the request offers none they are made up, and the model may not choose them.
// `may_force`: whether the model can be made to call a tool; where not, it may choose freely.
bool translate_tools(JsonValue request,
                     const std::vector<std::string>& called,
                     bool may_force,
                     Tools& tools,
                     Translation& out);

}  // namespace patchbay::plugins::anthropic
