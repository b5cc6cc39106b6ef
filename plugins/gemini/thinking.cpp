#include "plugins/gemini/thinking.hpp"

#include <array>
#include <optional>
#include <string>

#include "plugins/gemini/options.hpp"
#include "plugins/gemini/schema.hpp"

namespace patchbay::plugins::gemini {
namespace {

enum class Effort { kNone, kMinimal, kLow, kMedium, kHigh };

struct EffortWord {
  std::string_view word;
  Effort effort;
};
constexpr std::array kEfforts{EffortWord{"none", Effort::kNone},
                              EffortWord{"minimal", Effort::kMinimal},
                              EffortWord{"low", Effort::kLow},
                              EffortWord{"medium", Effort::kMedium},
                              EffortWord{"high", Effort::kHigh},
                              EffortWord{"xhigh", Effort::kHigh},
                              EffortWord{"max", Effort::kHigh}};

// What a request says about thinking, in whichever of the fields.
struct Wish {
  bool said = false;
  std::optional<Effort> effort;
  std::optional<std::int64_t> budget;  // in tokens
  bool hidden = false;                 // the thoughts are not to be shown
};

// The budgets that the vendor's own OpenAI form gives the words.
int budget_of(Effort effort, const ModelTraits& model) {
  constexpr int kLeastOfPro = 128;
  switch (effort) {
    case Effort::kNone:
      return model.is_pro ? kLeastOfPro : 0;
    case Effort::kMinimal:
    case Effort::kLow:
      return 1024;
    case Effort::kMedium:
      return 8192;
    case Effort::kHigh:
      break;
  }
  return 24576;
}

std::string_view level_of(Effort effort, const ModelTraits& model) {
  switch (effort) {
    case Effort::kNone:
    case Effort::kMinimal:
      return model.is_pro ? "low" : "minimal";
    case Effort::kLow:
      return "low";
    case Effort::kMedium:
      return model.has_two_levels ? "high" : "medium";
    case Effort::kHigh:
      break;
  }
  return "high";
}

bool read_effort(JsonValue word, std::string_view param, Translation& translation, Wish& wish) {
  if (!word) return true;
  for (const EffortWord& known : kEfforts) {
    if (!word.says(known.word)) continue;
    wish.said = true;
    wish.effort = known.effort;
    return true;
  }
  return translation.refuse(std::string(param),
                            "it is none of none, minimal, low, medium, high and xhigh");
}

void read_budget(JsonValue tokens, Wish& wish) {
  const auto count = tokens.integer();
  if (!count || *count < -1 || *count > INT32_MAX) return;
  wish.said = true;
  wish.budget = *count;
}

bool read_wish(JsonValue request, Translation& translation, Wish& wish) {
  const JsonValue reasoning = request["reasoning"];
  const JsonValue thinking = request["thinking"];
  wish.said = reasoning["enabled"].is_true() || request["include_reasoning"].is_true() ||
              thinking["type"].says("enabled") || thinking["type"].says("adaptive");
  if (reasoning["enabled"].kind() == JsonKind::kFalse || thinking["type"].says("disabled")) {
    wish.said = true;
    wish.effort = Effort::kNone;
  }
  wish.hidden =
      reasoning["exclude"].is_true() || request["include_reasoning"].kind() == JsonKind::kFalse;
  if (!read_effort(reasoning["effort"], "reasoning.effort", translation, wish)) return false;
  if (!read_effort(request["reasoning_effort"], "reasoning_effort", translation, wish)) {
    return false;
  }
  read_budget(reasoning["max_tokens"], wish);
  read_budget(thinking["budget_tokens"], wish);
  return true;
}

}  // namespace

bool write_thinking(JsonValue request, Translation& translation, BodyText& options) {
  Wish wish;
  if (!read_wish(request, translation, wish)) return false;
  const JsonValue own = google_extension(request)["thinking_config"];
  const ModelTraits& model = translation.model;
  if (model.thinking == Thinking::kNone && (wish.said || own)) {
    note_dropped(translation.dropped, "reasoning, of which the model has none");
    return true;
  }
  if (!wish.said && !own.is_object()) return true;
  options.add(options.empty() ? "\"thinkingConfig\":" : ",\"thinkingConfig\":");
  if (own.is_object()) {
    options.add(own.raw());
    return true;
  }
  const bool shown = !wish.hidden && (!wish.effort || *wish.effort != Effort::kNone);
  options.add(shown ? "{\"includeThoughts\":true" : "{\"includeThoughts\":false");
  if (wish.budget) {
    options.add(",\"thinkingBudget\":" + std::to_string(*wish.budget));
  } else if (wish.effort && model.thinking == Thinking::kBudget) {
    options.add(",\"thinkingBudget\":" + std::to_string(budget_of(*wish.effort, model)));
  } else if (wish.effort) {
    options.add(",\"thinkingLevel\":").quote(level_of(*wish.effort, model));
  }
  options.add("}");
  return true;
}

}  // namespace patchbay::plugins::gemini
