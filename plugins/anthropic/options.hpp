// The plain options of a request: length, sampling, stop sequences, the user; and what becomes of
// the fields that this API has no place for.

#pragma once

#include <cstdint>
#include <string>

#include "plugins/anthropic/json_object.hpp"
#include "plugins/anthropic/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::anthropic {

struct Length {
  std::int64_t max_tokens = 0;
  bool said = false;  // by the client
};

// How long the answer may be: what the client says, else `configured`, else the model's own limit
// up to 32000 tokens.
bool read_length(JsonValue request, std::int64_t configured, Length& length, Translation& out);

// Appends temperature, top_p, top_k, stop_sequences, metadata and service_tier as far as they are
// asked for. `thinks`: models that think take no sampling options.
bool append_options(
    JsonValue request, bool thinks, JsonObject& body, std::string& text, Translation& out);

// Refuses what would change the meaning of the answer, and notes what is left out.
bool check_fields(JsonValue request, Translation& out);

}  // namespace patchbay::plugins::anthropic
