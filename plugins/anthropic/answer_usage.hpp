// What an answer cost, put together from the places where it is said.

#pragma once

#include <cstdint>

#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

// Takes usage objects as they come: the one at the end of a stream may repeat what stood in the one
// at its beginning, or leave it out. All counts are totals.
class AnswerUsage {
 public:
  void take(JsonValue usage);

  // What is known so far. The vendor counts what was read from its cache, and what was written to
  // it, beside the input; here the input is all of it.
  [[nodiscard]] pbay_ev_usage event() const;
  [[nodiscard]] bool known() const { return input_ >= 0 || output_ >= 0; }

 private:
  std::int64_t input_ = -1, output_ = -1;
  std::int64_t cache_read_ = -1, cache_write_ = -1;
  std::int64_t thinking_ = -1;
};

}  // namespace patchbay::plugins::anthropic
