// POST /speech-to-text: what a page has recorded, as text.
//
// A form with one sound in it, `file` or `audio`, goes through the configured transcription model;
// {"text":"..."} comes back. The form is in memory and goes on as it is: nothing is written to
// disk.

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api/reply.hpp"
#include "core/http/form.hpp"

namespace patchbay::api {

void speech_to_text(server::Exchange& exchange, const Context& context);

// The parts of the request for a provider: the sound as `file`, under a name whose ending says its
// kind, and what else transcriptions know (language, prompt, temperature). The contents are views
// into the same body. Failures are 415 for what is no sound and 422 for what else is wrong, and
// name the part.
std::variant<std::vector<http::FormPart>, chat::Failure> transcription_parts(
    std::vector<http::FormPart> sent);

}  // namespace patchbay::api
