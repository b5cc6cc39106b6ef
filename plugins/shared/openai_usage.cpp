#include "plugins/shared/openai_usage.hpp"

#include <cmath>
#include <initializer_list>

namespace patchbay::plugins {
namespace {

std::int64_t first_count(std::initializer_list<JsonValue> places) {
  for (const JsonValue place : places) {
    const auto count = place.integer();
    if (count && *count >= 0) return *count;
  }
  return -1;
}

std::int64_t nano_usd(JsonValue usage) {
  const JsonValue cost = usage["cost"];
  const auto dollars = (cost.is_object() ? cost["total_cost"] : cost).number();
  constexpr double kDollarsMax = 1e9;  // keeps the product in range, and is no price of an answer
  if (dollars && *dollars >= 0 && *dollars < kDollarsMax) return std::llround(*dollars * 1e9);
  const auto ticks = usage["cost_in_usd_ticks"].integer();  // of 1e-10 dollars
  return ticks && *ticks >= 0 ? *ticks / 10 : -1;
}

}  // namespace

pbay_ev_usage usage_event(JsonValue usage) {
  pbay_ev_usage event = sdk::unknown_usage();
  JsonValue in = usage["prompt_tokens_details"];
  if (!in) in = usage["input_tokens_details"];
  if (!in) in = usage["input_token_details"];  // of transcripts, which write it so
  const JsonValue out = usage["completion_tokens_details"] ? usage["completion_tokens_details"]
                                                           : usage["output_tokens_details"];
  event.input = first_count({usage["prompt_tokens"], usage["input_tokens"]});
  event.output = first_count({usage["completion_tokens"], usage["output_tokens"]});
  event.reasoning = first_count({out["reasoning_tokens"], usage["reasoning_tokens"]});
  event.cache_read = first_count({in["cached_tokens"],
                                  usage["cached_tokens"],
                                  usage["prompt_cache_hit_tokens"],
                                  usage["num_cached_tokens"]});
  event.cache_write = first_count({in["cache_write_tokens"], usage["cache_creation_input_tokens"]});
  event.audio_in = first_count({in["audio_tokens"]});
  event.audio_out = first_count({out["audio_tokens"]});
  event.image_in = first_count({in["image_tokens"]});
  event.image_out = first_count({out["image_tokens"]});
  event.cost_nano_usd = nano_usd(usage);
  const auto total = usage["total_tokens"].integer();
  if (total && event.input >= 0 && event.output >= 0 && event.reasoning > 0 &&
      event.reasoning <= *total && event.input <= *total - event.reasoning &&
      event.output == *total - event.reasoning - event.input) {
    event.output += event.reasoning;
  }
  return event;
}

}  // namespace patchbay::plugins
