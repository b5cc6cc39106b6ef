// What the vendor's models differ in, as far as a request has to know it. By the beginning of the
// name, so that a dated snapshot is its family; a name that is not known is taken for a new model
// of the vendor, or, without "claude" in it, for another vendor's that speaks this API.

#pragma once

#include <cstdint>
#include <string_view>

namespace patchbay::plugins::anthropic {

// How a model can be asked to think.
enum class Thinking : std::uint8_t {
  kNone,      // it cannot
  kBudget,    // with a budget of tokens; off unless asked for
  kBoth,      // with a budget, or as much as it likes; off unless asked for
  kAdaptive,  // as much as it likes, and not at all where that is said
  kAlways     // as much as it likes; it cannot be turned off
};

struct ModelTraits {
  std::int64_t max_output = 0;  // tokens of an answer; 0: not known
  Thinking thinking = Thinking::kNone;
  bool structured = false;   // takes output_config.format
  bool sampling = true;      // takes temperature, top_p and top_k
  bool forced_tools = true;  // takes tool_choice any and tool
};

ModelTraits traits_of(std::string_view model);

}  // namespace patchbay::plugins::anthropic
