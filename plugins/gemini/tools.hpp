// Functions, the vendor's own tools, and which of them the model may or must call.

#pragma once

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Writes ,"tools":[...] and ,"toolConfig":{...}, each where the request asks for it. False for a
// tool that the vendor cannot have.
[[nodiscard]] bool write_tools(JsonValue request, Translation& translation, BodyText& out);

}  // namespace patchbay::plugins::gemini
