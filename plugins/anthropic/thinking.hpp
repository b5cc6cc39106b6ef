// Whether and how the model is asked to think, from the words that OpenAI (reasoning_effort),
// OpenRouter (reasoning) and the vendor itself (thinking) have for it.

#pragma once

#include <cstdint>
#include <string>

#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

// The vendor's least budget.
inline constexpr std::int64_t kBudgetLeast = 1024;

struct ThinkingPlan {
  enum class Mode {
    kUnsaid,   // the model does as it likes; most do not think then
    kOff,      // `disabled` is sent where the model would think otherwise
    kBudget,   // with at most `budget` tokens
    kAdaptive  // as much as it likes
  };
  Mode mode = Mode::kUnsaid;
  std::int64_t budget = 0;  // kBudget
  std::string effort;       // for output_config; empty: not said
  std::string display;      // what the answer shows of it; empty: the vendor's default

  [[nodiscard]] bool on() const { return mode == Mode::kBudget || mode == Mode::kAdaptive; }
};

// What the request asks for, as far as the model can do it. False: refused.
bool plan_thinking(JsonValue request, ThinkingPlan& plan, Translation& out);

// Fits a plan with a budget and the length of the answer together: the budget is part of it and
// must leave room. `said`: the length is the client's, and stays; otherwise it may grow to the
// model's limit. Turns thinking off where there is no room.
void fit_budget(ThinkingPlan& plan, std::int64_t& max_tokens, bool said, Translation& out);

// The members `thinking` and, as far as it is about effort, `output_config`: the value of the
// former, or empty.
std::string thinking_value(const ThinkingPlan& plan, const ModelTraits& traits);

}  // namespace patchbay::plugins::anthropic
