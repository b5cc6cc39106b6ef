// A chat request in OpenAI's form, said as the vendor's generateContent. docs/providers/gemini.md
// has the whole mapping as tables.

#pragma once

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Writes the body for `request`; `out` refers to pieces of its text. False if the request cannot be
// said; translation.refusal then tells why, and `out` holds nothing of use.
[[nodiscard]] bool write_chat_request(JsonValue request, Translation& translation, BodyText& out);

}  // namespace patchbay::plugins::gemini
