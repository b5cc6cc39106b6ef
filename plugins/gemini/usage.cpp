#include "plugins/gemini/usage.hpp"

#include <string_view>

namespace patchbay::plugins::gemini {
namespace {

constexpr std::int64_t kTokensMax = std::int64_t{1} << 50;  // sums of them stay in range

std::int64_t count_or(JsonValue value, std::int64_t otherwise) {
  const auto count = value.integer();
  return count && *count >= 0 && *count < kTokensMax ? *count : otherwise;
}

// The tokens of one kind in a list of [{"modality": "AUDIO", "tokenCount": 3}]; -1 where the list
// has none of that kind.
std::int64_t of_modality(JsonValue details, std::string_view modality) {
  for (const JsonValue detail : details.elements()) {
    if (detail["modality"].says(modality)) return count_or(detail["tokenCount"], 0);
  }
  return -1;
}

}  // namespace

pbay_ev_usage usage_event(JsonValue usage) {
  pbay_ev_usage event = sdk::unknown_usage();
  const JsonValue prompt = usage["promptTokenCount"];
  const JsonValue thoughts = usage["thoughtsTokenCount"];
  if (prompt) event.input = count_or(prompt, 0) + count_or(usage["toolUsePromptTokenCount"], 0);
  event.reasoning = count_or(thoughts, -1);
  event.output = count_or(usage["candidatesTokenCount"], 0) + count_or(thoughts, 0);
  event.cache_read = count_or(usage["cachedContentTokenCount"], -1);
  event.audio_in = of_modality(usage["promptTokensDetails"], "AUDIO");
  event.image_in = of_modality(usage["promptTokensDetails"], "IMAGE");
  event.audio_out = of_modality(usage["candidatesTokensDetails"], "AUDIO");
  event.image_out = of_modality(usage["candidatesTokensDetails"], "IMAGE");
  return event;
}

}  // namespace patchbay::plugins::gemini
