// JSON Schemas as the vendor takes them: a subset of JSON Schema, with a rule of its own about
// references.

#pragma once

#include <cstdint>
#include <string>

#include "plugins/gemini/body_text.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

enum class Keywords : std::uint8_t {
  kAll,     // for a function's parameters: the vendor reads past what it does not know
  kSubset,  // for the form of an answer: only what the vendor lists
};

// Writes `schema`. A reference with something beside it becomes a choice of one; with kSubset a
// `const` becomes an `enum`, an `allOf` of one a choice, `definitions` `$defs`, and what the vendor
// does not list is left out, its name added to `dropped`. REQUIRES: schema is an object.
void write_schema(JsonValue schema, Keywords keywords, BodyText& out, std::string& dropped);

// The parameters of a function, which must be an object's schema: a missing type is added.
void write_parameters(JsonValue schema, BodyText& out);

// Adds a name to a list for the log, once, as long as the list is short.
void note_dropped(std::string& dropped, std::string_view name);

}  // namespace patchbay::plugins::gemini
