#include "core/plugin_host/schema_check.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::plugin_host {
namespace {

std::string faults_of(std::string_view text) {
  const Result<json::Value> schema = json::parse(text);
  EXPECT_TRUE(schema) << text;
  std::vector<Problem> problems;
  if (schema) check_schema(*schema, text, "s.json", problems);
  std::string lines;
  for (const Problem& problem : problems)
    lines += problem.text() + "\n";
  return lines;
}

TEST(SchemaCheck, AcceptsAllThatTheHostCanKeep) {
  EXPECT_EQ(faults_of(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x", "$comment": "y",
    "title": "t", "description": "d", "examples": [{}], "x-order": 1,
    "type": "object", "additionalProperties": false, "required": ["a"],
    "properties": {
      "a": {"type": ["string", "null"], "pattern": "^[a-z]+$", "minLength": 1, "maxLength": 9},
      "b": {"type": "integer", "minimum": 0, "maximum": 9, "default": 3},
      "c": {"type": "array", "items": {"enum": ["x", 1, true, null]}, "minItems": 1, "maxItems": 2},
      "d": {"oneOf": [{"const": "z"}, {"type": "number"}]},
      "e": {"anyOf": [true, {"format": "uri", "writeOnly": true}]}
    }
  })"),
            "");
}

TEST(SchemaCheck, NamesEachFaultAtItsPlace) {
  struct Case {
    const char* schema;
    const char* fault;
  };
  for (const Case& wrong : {
           Case{"{\"patern\": \"a\"}",
                "s.json:1:12: the plugin's schema is wrong: unknown keyword \"patern\" - did you "
                "mean \"pattern\"?\n"},
           Case{"{\"properties\": {\"a\": {\"$ref\": \"#\"}}}",
                "s.json:1:31: properties.a: the plugin's schema is wrong: unknown keyword "
                "\"$ref\"; this Patchbay cannot check it, so the plugin must not use it\n"},
           Case{"{\"type\": \"text\"}",
                "s.json:1:10: type: the plugin's schema is wrong: expected string, integer, "
                "number, boolean, array, object or null, or an array of them\n"},
           Case{"{\"pattern\": \"(\"}",
                "s.json:1:13: pattern: the plugin's schema is wrong: expected a regular "
                "expression\n"},
           Case{"{\"format\": \"email\"}",
                "s.json:1:12: format: the plugin's schema is wrong: expected \"uri\", the only "
                "format there is\n"},
           Case{"{\"minLength\": -1}",
                "s.json:1:15: minLength: the plugin's schema is wrong: expected a whole number "
                "from 0\n"},
           Case{"{\"minimum\": \"1\"}",
                "s.json:1:13: minimum: the plugin's schema is wrong: expected a number\n"},
           Case{"{\"enum\": [[]]}",
                "s.json:1:10: enum: the plugin's schema is wrong: expected an array of texts, "
                "numbers, booleans and nulls\n"},
           Case{"{\"required\": [1]}",
                "s.json:1:14: required: the plugin's schema is wrong: expected an array of "
                "names\n"},
           Case{"{\"items\": 3}",
                "s.json:1:11: items: the plugin's schema is wrong: expected a schema\n"},
           Case{"{\"oneOf\": []}",
                "s.json:1:11: oneOf: the plugin's schema is wrong: expected an array of "
                "schemas\n"},
           Case{"7", "s.json:1:1: the plugin's schema is wrong: expected a schema\n"},
       }) {
    EXPECT_EQ(faults_of(wrong.schema), wrong.fault) << wrong.schema;
  }
}

}  // namespace
}  // namespace patchbay::plugin_host
