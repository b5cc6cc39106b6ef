// The settings of a chat request as the vendor's generationConfig.

#pragma once

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Writes ,"generationConfig":{...} where the request sets anything. False for a value that the
// vendor cannot have.
[[nodiscard]] bool write_options(JsonValue request, Translation& translation, BodyText& out);

// The vendor's own fields in a request of OpenAI's form, where Google's clients put them: in
// `google`, or in `extra_body`.`google`. Missing if there are none.
JsonValue google_extension(JsonValue request);

}  // namespace patchbay::plugins::gemini
