#include "plugins/anthropic/thinking.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

using Mode = ThinkingPlan::Mode;

// What a request says, before it is fitted to a model.
struct Wish {
  bool said = false;
  bool off = false;
  bool adaptive = false;    // in the vendor's own words
  std::int64_t budget = 0;  // 0: none was named
  std::string effort;
  std::string display;
};

struct Effort {
  std::string_view word;
  std::string_view vendor;  // what output_config calls it
  std::int64_t budget;      // for models that want one
};
constexpr std::array kEfforts{Effort{"minimal", "low", 1024},
                              Effort{"low", "low", 2048},
                              Effort{"medium", "medium", 8192},
                              Effort{"high", "high", 16384},
                              Effort{"xhigh", "xhigh", 24576},
                              Effort{"max", "max", 32768}};

constexpr std::int64_t kBudgetUsual = 8192;  // of a wish that names neither effort nor budget

const Effort* effort_of(std::string_view word) {
  const auto found = std::find_if(
      kEfforts.begin(), kEfforts.end(), [&](const Effort& effort) { return effort.word == word; });
  return found == kEfforts.end() ? nullptr : &*found;
}

bool read_effort(JsonValue value, const char* path, Wish& wish, Translation& out) {
  if (!value) return true;
  const std::string word = value.string();
  if (word == "none") {
    wish.said = wish.off = true;
    return true;
  }
  if (effort_of(word) == nullptr) {
    return out.refuse(path, "The effort must be none, minimal, low, medium, high, xhigh or max.");
  }
  wish.said = true;
  wish.effort = word;
  return true;
}

bool read_budget(JsonValue value, const char* path, Wish& wish, Translation& out) {
  if (!value) return true;
  const auto tokens = value.integer();
  if (!tokens || *tokens < 0) return out.refuse(path, "It must be a number of tokens.");
  wish.said = true;
  wish.off = *tokens == 0;
  wish.budget = *tokens;
  return true;
}

// {"type": "enabled", "budget_tokens": 4096}, {"type": "adaptive"}, {"type": "disabled"}
bool read_thinking(JsonValue thinking, Wish& wish, Translation& out) {
  const JsonValue type = thinking["type"];
  wish.said = true;
  if (type.says("disabled")) {
    wish.off = true;
    return true;
  }
  wish.adaptive = type.says("adaptive");
  if (!wish.adaptive && !type.says("enabled")) {
    return out.refuse("thinking.type", "It must be enabled, adaptive or disabled.");
  }
  wish.display = thinking["display"].string();
  return read_budget(thinking["budget_tokens"], "thinking.budget_tokens", wish, out);
}

bool read_reasoning(JsonValue reasoning, Wish& wish, Translation& out) {
  if (reasoning["enabled"].kind() == JsonKind::kFalse) {
    wish.said = wish.off = true;
    return true;
  }
  if (reasoning["enabled"].is_true()) wish.said = true;
  if (reasoning["exclude"].is_true()) wish.display = "omitted";
  return read_effort(reasoning["effort"], "reasoning.effort", wish, out) &&
         read_budget(reasoning["max_tokens"], "reasoning.max_tokens", wish, out);
}

bool read_wish(JsonValue request, Wish& wish, Translation& out) {
  if (request["thinking"].is_object()) return read_thinking(request["thinking"], wish, out);
  if (request["reasoning"].is_object()) {
    if (!read_reasoning(request["reasoning"], wish, out)) return false;
    if (wish.said) return true;
  }
  return read_effort(request["reasoning_effort"], "reasoning_effort", wish, out);
}

// The effort that stands for a budget, on models that take none.
std::string_view effort_for(std::int64_t budget) {
  std::string_view effort = "low";
  for (const Effort& one : kEfforts) {
    if (budget >= one.budget && one.budget <= 16384) effort = one.vendor;
  }
  return effort;
}

void plan_adaptive(const Wish& wish, ThinkingPlan& plan, const ModelTraits& traits) {
  plan.mode = Mode::kAdaptive;
  plan.display = wish.display;
  if (const Effort* effort = effort_of(wish.effort)) {
    plan.effort = effort->vendor;
    // The models of the time before do not know the step between high and max.
    if (traits.thinking == Thinking::kBoth && plan.effort == "xhigh") plan.effort = "high";
  } else if (wish.budget > 0) {
    plan.effort = effort_for(wish.budget);
  }
  // The newest models show nothing of their thinking unless they are asked.
  if (plan.display.empty() && traits.thinking != Thinking::kBoth) plan.display = "summarized";
}

void plan_budget(const Wish& wish, ThinkingPlan& plan) {
  plan.mode = Mode::kBudget;
  plan.display = wish.display;
  const Effort* effort = effort_of(wish.effort);
  const std::int64_t usual = effort != nullptr ? effort->budget : kBudgetUsual;
  plan.budget = std::max(wish.budget > 0 ? wish.budget : usual, kBudgetLeast);
}

}  // namespace

bool plan_thinking(JsonValue request, ThinkingPlan& plan, Translation& out) {
  Wish wish;
  if (!read_wish(request, wish, out)) return false;
  if (!wish.said) return true;
  const Thinking can = out.traits.thinking;
  if (can == Thinking::kNone) {
    if (!wish.off) out.note("left out the wish for reasoning: the model cannot think");
  } else if (wish.off && can == Thinking::kAlways) {
    out.note("asked for little effort: this model's thinking cannot be turned off");
    plan.effort = "low";
  } else if (wish.off) {
    plan.mode = Mode::kOff;
  } else if (can == Thinking::kBudget || (can == Thinking::kBoth && wish.budget > 0)) {
    plan_budget(wish, plan);
  } else {
    plan_adaptive(wish, plan, out.traits);
  }
  return true;
}

void fit_budget(ThinkingPlan& plan, std::int64_t& max_tokens, bool said, Translation& out) {
  if (plan.mode != Mode::kBudget) return;
  if (!said) {
    max_tokens += plan.budget;
    if (out.traits.max_output > 0) max_tokens = std::min(max_tokens, out.traits.max_output);
  }
  if (max_tokens <= kBudgetLeast) {
    out.note("turned thinking off: max_tokens leaves no room for it");
    plan.mode = Mode::kOff;
    return;
  }
  if (plan.budget < max_tokens) return;
  // A fifth is left for what the user sees.
  plan.budget = std::clamp(max_tokens / 5 * 4, kBudgetLeast, max_tokens - 1);
  out.note("made the thinking budget smaller, to leave room within max_tokens");
}

std::string thinking_value(const ThinkingPlan& plan, const ModelTraits& traits) {
  std::string value;
  // Models that only think when asked need not be told not to.
  const bool thinks_unasked = traits.thinking == Thinking::kAdaptive;
  if (plan.mode == Mode::kUnsaid || (plan.mode == Mode::kOff && !thinks_unasked)) return value;
  JsonObject thinking(value);
  if (plan.mode == Mode::kOff) {
    thinking.text("type", "disabled");
  } else if (plan.mode == Mode::kBudget) {
    thinking.text("type", "enabled");
    thinking.number("budget_tokens", plan.budget);
  } else {
    thinking.text("type", "adaptive");
  }
  if (plan.on() && !plan.display.empty()) thinking.text("display", plan.display);
  thinking.end();
  return value;
}

}  // namespace patchbay::plugins::anthropic
