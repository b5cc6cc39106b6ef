#include "plugins/anthropic/model_traits.hpp"

#include <array>

namespace patchbay::plugins::anthropic {
namespace {

struct Family {
  std::string_view part;  // of the name
  ModelTraits traits;
};

// The first that fits counts, so that "claude-opus-5-5" stands before "claude-opus-5".
constexpr std::array kFamilies{
    Family{"claude-sonnet-5-5", {128'000, Thinking::kAlways, true, false, false}},
    Family{"claude-opus-5-5", {128'000, Thinking::kAlways, true, false, false}},
    Family{"claude-haiku-5-5", {128'000, Thinking::kAdaptive, true, false, true}},
    Family{"claude-fable-5-1", {128'000, Thinking::kAlways, true, false, false}},
    Family{"claude-fable-5", {128'000, Thinking::kAlways, true, false, true}},
    Family{"claude-opus-5", {128'000, Thinking::kAdaptive, true, false, true}},
    Family{"claude-sonnet-5", {128'000, Thinking::kAdaptive, true, false, true}},
    Family{"claude-opus-4-8", {128'000, Thinking::kAdaptive, true, false, true}},
    Family{"claude-opus-4-7", {128'000, Thinking::kAdaptive, true, false, true}},
    Family{"claude-opus-4-6", {128'000, Thinking::kBoth, true, true, true}},
    Family{"claude-sonnet-4-6", {128'000, Thinking::kBoth, true, true, true}},
    Family{"claude-opus-4-5", {64'000, Thinking::kBudget, true, true, true}},
    Family{"claude-sonnet-4-5", {64'000, Thinking::kBudget, true, true, true}},
    Family{"claude-haiku-4-5", {64'000, Thinking::kBudget, true, true, true}},
    Family{"claude-opus-4-1", {32'000, Thinking::kBudget, true, true, true}},
    Family{"claude-opus-4", {32'000, Thinking::kBudget, false, true, true}},
    Family{"claude-sonnet-4", {64'000, Thinking::kBudget, false, true, true}},
    Family{"claude-3-7", {64'000, Thinking::kBudget, false, true, true}},
    Family{"claude-3-5", {8'192, Thinking::kNone, false, true, true}},
    Family{"claude-3", {4'096, Thinking::kNone, false, true, true}},
    Family{"claude-2", {4'096, Thinking::kNone, false, true, true}},
    Family{"claude-instant", {4'096, Thinking::kNone, false, true, true}},
    Family{"claude-", {128'000, Thinking::kAdaptive, true, false, true}}};

}  // namespace

// Clouds put their own words before the vendor's name, so it is looked for anywhere.
ModelTraits traits_of(std::string_view model) {
  for (const Family& family : kFamilies) {
    if (model.find(family.part) != model.npos) return family.traits;
  }
  return {0, Thinking::kBudget, false, true, true};
}

}  // namespace patchbay::plugins::anthropic
