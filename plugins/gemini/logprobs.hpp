// The vendor's log probabilities in OpenAI's form.

#pragma once

#include <string>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Replaces `out` with {"content":[{"token",...}],"refusal":null}. False if there is nothing in
// `result`, a logprobsResult.
bool write_logprobs(JsonValue result, std::string& out);

}  // namespace patchbay::plugins::gemini
