// Token counts as OpenAI-shaped upstreams write them.

#pragma once

#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins {

// Reads a `usage` object. Counts that are not there are -1. Where a vendor counts reasoning beside
// the completion (its total says so), `output` is their sum, as everywhere else.
// native_json is left to the caller.
pbay_ev_usage usage_event(JsonValue usage);

}  // namespace patchbay::plugins
