#include "plugins/anthropic/response_format.hpp"

#include <algorithm>
#include <array>

#include "plugins/anthropic/json_object.hpp"

namespace patchbay::plugins::anthropic {
namespace {

// Constraints that the vendor's grammar cannot keep, and refuses.
constexpr std::array<std::string_view, 16> kRefusedWords{"minimum",
                                                         "maximum",
                                                         "exclusiveMinimum",
                                                         "exclusiveMaximum",
                                                         "multipleOf",
                                                         "minLength",
                                                         "maxLength",
                                                         "pattern",
                                                         "minItems",
                                                         "maxItems",
                                                         "uniqueItems",
                                                         "minProperties",
                                                         "maxProperties",
                                                         "not",
                                                         "oneOf",
                                                         "patternProperties"};

bool is_refused(std::string_view name) {
  return std::find(kRefusedWords.begin(), kRefusedWords.end(), name) != kRefusedWords.end();
}

bool suits(JsonValue schema);

// The names of these members are the schema's author's, their values are schemas.
bool all_suit(JsonValue named) {
  for (const JsonValue schema : named.members()) {
    if (!suits(schema)) return false;
  }
  return true;
}

// Whether the vendor takes the schema as it is: every object closed, and nothing that is refused.
bool suits(JsonValue schema) {
  if (!schema.is_object()) return true;
  const bool describes_object = schema["type"].says("object") || schema["properties"].is_object();
  if (describes_object && schema["additionalProperties"].kind() != JsonKind::kFalse) return false;
  for (const JsonValue member : schema.members()) {
    const std::string name = member.key().string();
    if (is_refused(name)) return false;
    if (name == "properties" || name == "$defs" || name == "definitions") {
      if (!all_suit(member)) return false;
    } else if (name == "items" || name == "anyOf" || name == "allOf") {
      if (member.is_object() ? !suits(member) : !all_suit(member)) return false;
    }
  }
  return true;
}

}  // namespace

bool translate_response_format(JsonValue format, ResponseFormat& made, Translation& out) {
  if (!format || format["type"].says("text")) return true;
  if (format["type"].says("json_object")) {
    made.instruction =
        "Answer with one JSON object and nothing else: no words before or after it, no code fence.";
    return true;
  }
  if (!format["type"].says("json_schema")) {
    return out.refuse("response_format.type", "It must be text, json_object or json_schema.");
  }
  const JsonValue schema = format["json_schema"]["schema"];
  if (!schema.is_object()) {
    return out.refuse("response_format.json_schema.schema", "A schema must be an object.");
  }
  if (out.traits.structured && suits(schema)) {
    JsonObject native(made.native);
    native.text("type", "json_schema");
    native.raw("schema", schema.raw());
    native.end();
    return true;
  }
  out.note("asked for the answer's schema in words: the API does not take it as it is");
  made.instruction =
      "Answer with one JSON value that is valid against the following JSON Schema, and with "
      "nothing "
      "else: no words before or after it, no code fence.\n";
  made.instruction += schema.raw();
  return true;
}

}  // namespace patchbay::plugins::anthropic
