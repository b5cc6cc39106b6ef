#include "plugins/gemini/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace patchbay::plugins::gemini {
namespace {

constexpr std::size_t kDroppedBytesMax = 400;
constexpr std::string_view kOldReference = "#/definitions/";

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Those whose value is taken as it stands.
constexpr std::array<std::string_view, 16> kPlain{"$id",
                                                  "$anchor",
                                                  "type",
                                                  "format",
                                                  "title",
                                                  "description",
                                                  "enum",
                                                  "minItems",
                                                  "maxItems",
                                                  "minimum",
                                                  "maximum",
                                                  "required",
                                                  "propertyOrdering",
                                                  "minProperties",
                                                  "maxProperties",
                                                  "nullable"};
constexpr std::array<std::string_view, 5> kOneSchema{
    "items", "additionalProperties", "not", "if", "then"};
constexpr std::array<std::string_view, 4> kListOfSchemas{"anyOf", "oneOf", "prefixItems", "allOf"};
constexpr std::array<std::string_view, 4> kNamedSchemas{
    "properties", "$defs", "definitions", "patternProperties"};
// Of those above, the ones that the vendor does not list.
constexpr std::array<std::string_view, 8> kNotListed{"not",
                                                     "if",
                                                     "then",
                                                     "allOf",
                                                     "patternProperties",
                                                     "minProperties",
                                                     "maxProperties",
                                                     "nullable"};

class SchemaWriter {
 public:
  SchemaWriter(Keywords keywords, BodyText& out, std::string& dropped)
      : subset_(keywords == Keywords::kSubset), out_(out), dropped_(dropped) {}

  void schema(JsonValue value) {
    if (!value.is_object()) {  // true and false are schemas too
      out_.splice(value.raw());
      return;
    }
    out_.add("{");
    bool first = true;
    for (const JsonValue member : value.members())
      keyword(member, value, first);
    out_.add("}");
  }

 private:
  void begin(std::string_view name, bool& first) {
    if (!std::exchange(first, false)) out_.add(",");
    out_.quote(name).add(":");
  }

  void keyword(JsonValue member, JsonValue whole, bool& first) {
    std::string scratch;
    const std::string_view name = member.key().text(scratch);
    if (name == "$ref") {
      const bool alone = stands_alone(whole);
      if (!alone && whole["anyOf"]) return note_dropped(dropped_, name);  // nowhere to put it
      reference(member, alone, first);
    } else if (subset_ && name == "const") {
      constant(member, whole, first);
    } else if (subset_ && name == "allOf" && is_choice_of_one(member, whole)) {
      begin("anyOf", first);
      list(member);
    } else if (subset_ && is_one_of(kNotListed, name)) {
      note_dropped(dropped_, name);
    } else if (is_one_of(kOneSchema, name)) {
      begin(name, first);
      schema(member);
    } else if (is_one_of(kListOfSchemas, name) && member.is_array()) {
      begin(name, first);
      list(member);
    } else if (is_one_of(kNamedSchemas, name) && member.is_object()) {
      begin(subset_ && name == "definitions" ? "$defs" : name, first);
      named(member);
    } else if (!subset_ || is_one_of(kPlain, name)) {
      begin(name, first);
      out_.splice(member.raw());
    } else {
      note_dropped(dropped_, name);
    }
  }

  // Nothing may stand beside a reference but what begins with a dollar sign.
  static bool stands_alone(JsonValue schema) {
    bool alone = true;
    for (const JsonValue member : schema.members())
      alone = alone && member.key().escaped().starts_with('$');
    return alone;
  }

  void reference(JsonValue value, bool alone, bool& first) {
    begin(alone ? "$ref" : "anyOf", first);
    if (!alone) out_.add("[{\"$ref\":");
    std::string scratch;
    const std::string_view target = value.text(scratch);
    if (subset_ && target.starts_with(kOldReference)) {
      out_.quote("#/$defs/" + std::string(target.substr(kOldReference.size())));
    } else {
      out_.splice(value.raw());
    }
    if (!alone) out_.add("}]");
  }

  void constant(JsonValue value, JsonValue whole, bool& first) {
    const bool plain = value.is_string() || value.kind() == JsonKind::kNumber;
    if (!plain || whole["enum"]) return note_dropped(dropped_, "const");
    begin("enum", first);
    out_.add("[").splice(value.raw()).add("]");
  }

  static bool is_choice_of_one(JsonValue list, JsonValue whole) {
    std::size_t count = 0;
    for (const JsonValue one : list.elements())
      count += one.is_object() ? 1U : 2U;
    return count == 1 && !whole["anyOf"] && !whole["$ref"];
  }

  void list(JsonValue values) {
    out_.add("[");
    bool first = true;
    for (const JsonValue value : values.elements()) {
      if (!std::exchange(first, false)) out_.add(",");
      schema(value);
    }
    out_.add("]");
  }

  void named(JsonValue values) {
    out_.add("{");
    bool first = true;
    for (const JsonValue value : values.members()) {
      if (!std::exchange(first, false)) out_.add(",");
      out_.add(value.key().raw()).add(":");
      schema(value);
    }
    out_.add("}");
  }

  const bool subset_;
  BodyText& out_;
  std::string& dropped_;
};

}  // namespace

void write_schema(JsonValue schema, Keywords keywords, BodyText& out, std::string& dropped) {
  SchemaWriter(keywords, out, dropped).schema(schema);
}

void write_parameters(JsonValue schema, BodyText& out) {
  std::string dropped;
  if (schema["type"] || schema["$ref"]) return write_schema(schema, Keywords::kAll, out, dropped);
  BodyText inside;
  write_schema(schema, Keywords::kAll, inside, dropped);
  const bool empty = schema.members().empty();
  std::string text = inside.str();
  text.replace(0, 1, empty ? "{\"type\":\"object\"" : "{\"type\":\"object\",");
  out.add(text);
}

void note_dropped(std::string& dropped, std::string_view name) {
  if (dropped.size() + name.size() > kDroppedBytesMax) return;
  if ((", " + dropped + ",").find(", " + std::string(name) + ",") != std::string::npos) return;
  if (!dropped.empty()) dropped += ", ";
  dropped += name;
}

}  // namespace patchbay::plugins::gemini
