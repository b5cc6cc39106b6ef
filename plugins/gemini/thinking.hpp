// How much the model is to think: OpenAI's reasoning_effort, and what other clients write for it.

#pragma once

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Appends "thinkingConfig":{...} to the members of a generationConfig, with a comma where there are
// others before. Writes nothing where the request says nothing, or the model does not think.
[[nodiscard]] bool write_thinking(JsonValue request, Translation& translation, BodyText& options);

}  // namespace patchbay::plugins::gemini
