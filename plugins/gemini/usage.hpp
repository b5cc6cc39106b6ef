// The vendor's count of tokens.

#pragma once

#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// From a usageMetadata. Input is the prompt and what the vendor's own tools read for it; output the
// candidates and the thoughts. The vendor leaves out counts that are zero.
pbay_ev_usage usage_event(JsonValue usage);

}  // namespace patchbay::plugins::gemini
