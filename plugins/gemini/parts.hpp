// What a message is made of, as the vendor's parts: text, media, and thought signatures.

#pragma once

#include <string>
#include <string_view>

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

enum class PartResult {
  kWritten,
  kNothing,  // it says nothing: an empty text, a part of a kind that is ours alone
  kRefused,  // translation.refusal says why
};

// One element of a message's content list. `place` names it in a refusal.
PartResult write_part(JsonValue part,
                      std::string_view place,
                      Translation& translation,
                      BodyText& out);

// A file by its URL, which may be a data: URL. `name` gives its media type where the URL does not.
PartResult write_file(JsonValue url,
                      std::string_view name,
                      std::string_view place,
                      Translation& translation,
                      BodyText& out);

// Whether a text can be a thought signature, which is base64 in either alphabet.
bool is_signature(std::string_view text);

// The signature in an `extra_content` of Google's own OpenAI form; missing if there is none.
JsonValue extra_signature(JsonValue holder);

// The signature that a reasoning detail carries for the vendor; missing if it carries none, or
// another vendor's.
JsonValue detail_signature(JsonValue detail);

}  // namespace patchbay::plugins::gemini
