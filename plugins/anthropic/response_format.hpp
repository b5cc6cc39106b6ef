// The form that an answer must have. Where the model takes the schema itself (output_config.format)
// it gets it; where it does not, or where the schema has what the vendor's does not allow, the form
// is asked for in words, in the system's part.

#pragma once

#include <string>

#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

struct ResponseFormat {
  std::string native;       // the value of output_config.format; or empty
  std::string instruction;  // plain text for the system's part; or empty
};

bool translate_response_format(JsonValue format, ResponseFormat& made, Translation& out);

}  // namespace patchbay::plugins::anthropic
