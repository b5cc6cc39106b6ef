#include "plugins/anthropic/answer_usage.hpp"

#include <algorithm>

namespace patchbay::plugins::anthropic {
namespace {

// Far beyond any context, and far from where a sum could overflow.
constexpr std::int64_t kTokensMax = 1'000'000'000'000;

void take_count(JsonValue value, std::int64_t& count) {
  const auto tokens = value.integer();
  if (tokens && *tokens >= 0) count = std::min(*tokens, kTokensMax);
}

}  // namespace

void AnswerUsage::take(JsonValue usage) {
  if (!usage.is_object()) return;
  take_count(usage["input_tokens"], input_);
  take_count(usage["output_tokens"], output_);
  take_count(usage["cache_read_input_tokens"], cache_read_);
  take_count(usage["cache_creation_input_tokens"], cache_write_);
  take_count(usage["output_tokens_details"]["thinking_tokens"], thinking_);
}

pbay_ev_usage AnswerUsage::event() const {
  pbay_ev_usage event = sdk::unknown_usage();
  const auto at_least_zero = [](std::int64_t count) { return std::max<std::int64_t>(count, 0); };
  if (input_ >= 0) event.input = input_ + at_least_zero(cache_read_) + at_least_zero(cache_write_);
  event.output = output_;
  event.reasoning = thinking_;
  event.cache_read = cache_read_;
  event.cache_write = cache_write_;
  return event;
}

}  // namespace patchbay::plugins::anthropic
