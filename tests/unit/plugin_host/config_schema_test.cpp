#include "core/plugin_host/config_schema.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/plugin_host/schema_check.hpp"

namespace patchbay::plugin_host {
namespace {

using Kind = ConfigValue::Kind;

ConfigValue plain(std::string text) {
  ConfigValue value;
  value.kind = Kind::kScalar;
  value.text = std::move(text);
  return value;
}
ConfigValue quoted(std::string text) {
  ConfigValue value = plain(std::move(text));
  value.quoted = true;
  return value;
}
ConfigValue secret(std::string text) {
  ConfigValue value = plain(std::move(text));
  value.secret = true;
  return value;
}
ConfigValue list(std::vector<ConfigValue> items) {
  ConfigValue value;
  value.kind = Kind::kList;
  value.items = std::move(items);
  return value;
}
// Its keys stand at column 1, its values at column 9, line by line from line 2.
ConfigValue map(std::vector<std::pair<std::string, ConfigValue>> members) {
  ConfigValue value;
  value.kind = Kind::kMap;
  value.origin = {"f", 1, 1};
  int line = 2;
  for (auto& [key, member] : members) {
    member.origin = {"f", line, 9};
    value.members.push_back({key, {"f", line, 1}, std::move(member)});
    ++line;
  }
  return value;
}

// The JSON, or the problems when there are any.
std::string applied(std::string_view schema_text, const ConfigValue& config) {
  const Result<json::Value> schema = json::parse(schema_text);
  EXPECT_TRUE(schema) << schema_text;
  std::vector<Problem> problems;
  EXPECT_TRUE(check_schema(*schema, schema_text, "s", problems)) << problems.front().text();
  std::string json = apply_schema(*schema, config, "c", problems);
  if (problems.empty()) return json;
  std::string lines;
  for (const Problem& problem : problems)
    lines += problem.text() + "\n";
  return lines;
}

// The same for the one key "k".
std::string applied_to_key(const std::string& schema, ConfigValue value) {
  return applied("{\"properties\": {\"k\": " + schema + "}}", map({{"k", std::move(value)}}));
}

TEST(ConfigSchema, GivesScalarsTheTypeThatIsAskedFor) {
  struct Case {
    const char* schema;
    ConfigValue value;
    const char* json;
  };
  for (const Case& wanted : std::vector<Case>{
           {R"({"type": "string"})", plain("8080"), "\"8080\""},
           {R"({"type": "string"})", plain("yes \"quoted\""), "\"yes \\\"quoted\\\"\""},
           {R"({"type": "string"})", plain("null"), "\"null\""},
           {R"({"type": "integer"})", plain("8080"), "8080"},
           {R"({"type": "integer"})", plain("+7"), "7"},
           {R"({"type": "integer"})", plain("0x1F"), "31"},
           {R"({"type": "integer"})", plain("0o17"), "15"},
           {R"({"type": "integer"})", plain("007"), "7"},
           {R"({"type": "integer"})", secret("8080"), "8080"},
           {R"({"type": "number"})", plain("1.50"), "1.5"},
           {R"({"type": "number"})", plain("3"), "3"},
           {R"({"type": "number"})", plain("1e3"), "1000"},
           {R"({"type": "boolean"})", plain("True"), "true"},
           {R"({"type": "null"})", plain("~"), "null"},
           {R"({"type": ["string", "boolean"]})", plain("true"), "true"},
           {R"({"type": ["string", "boolean"]})", plain("maybe"), "\"maybe\""},
           {R"({"type": ["string", "boolean"]})", quoted("true"), "\"true\""},
           {R"({})", plain("12"), "12"},
           {R"({})", plain("1.2.3"), "\"1.2.3\""},
           {R"({})", plain(".inf"), "\".inf\""},
           {R"({})", quoted("12"), "\"12\""},
           {R"({})", list({plain("1"), plain("a"), ConfigValue{}}), "[1,\"a\",null]"},
           {R"(true)", map({{"a", plain("b")}}), "{\"a\":\"b\"}"},
           {R"({"enum": ["a", 1]})", plain("1"), "1"},
           {R"({"enum": ["1", "2"]})", plain("1"), "\"1\""},
           {R"({"const": "on"})", plain("on"), "\"on\""},
       }) {
    EXPECT_EQ(applied_to_key(wanted.schema, wanted.value),
              "{\"k\":" + std::string(wanted.json) + "}")
        << wanted.schema << " " << wanted.value.text;
  }
}

TEST(ConfigSchema, SaysWhatIsWrongWithAValue) {
  struct Case {
    const char* schema;
    ConfigValue value;
    const char* message;
  };
  for (const Case& wrong : std::vector<Case>{
           {R"({"type": "string", "format": "uri"})",
            plain("htp:/x"),
            "expected a URL, got \"htp:/x\""},
           {R"({"type": "integer"})", plain("many"), "expected a whole number, got \"many\""},
           {R"({"type": "integer"})", quoted("5"), "expected a whole number, got \"5\""},
           {R"({"type": "integer"})", plain("1.5"), "expected a whole number, got \"1.5\""},
           {R"({"type": ["integer", "boolean"]})",
            plain("x"),
            "expected a whole number or true or false, got \"x\""},
           {R"({"type": "number"})", plain("x"), "expected a number, got \"x\""},
           {R"({"type": "boolean"})", plain("yes"), "expected true or false, got \"yes\""},
           {R"({"type": "string"})", ConfigValue{}, "expected a text, got nothing"},
           {R"({"type": "string"})", list({}), "expected a text, got a list"},
           {R"({"type": "array"})", plain("x"), "expected a list, got \"x\""},
           {R"({"type": "object"})", list({}), "expected a mapping (name: value), got a list"},
           {R"({"enum": ["red", "green"]})",
            plain("gren"),
            "expected one of \"red\", \"green\", got \"gren\" - did you mean \"green\"?"},
           {R"({"enum": ["red", 2]})", list({}), "expected one of \"red\", 2, got a list"},
           {R"({"const": "on"})", plain("off"), "expected \"on\", got \"off\""},
           {R"({"type": "integer", "minimum": 1})", plain("0"), "expected at least 1, got \"0\""},
           {R"({"type": "integer", "maximum": 9})", plain("10"), "expected at most 9, got \"10\""},
           {R"({"type": "string", "minLength": 1})", quoted(""), "must not be empty"},
           {R"({"type": "string", "minLength": 3})",
            plain("\xC3\xA9\xC3\xA9"),
            "expected at least 3 characters, got \"\xC3\xA9\xC3\xA9\""},
           {R"({"type": "string", "maxLength": 1})",
            plain("ab"),
            "expected at most 1 character, got \"ab\""},
           {R"({"type": "string", "pattern": "^a+$"})",
            plain("ab"),
            "expected a text like ^a+$, got \"ab\""},
           {R"({"type": "array", "minItems": 2})",
            list({plain("a")}),
            "expected at least 2 entries"},
           {R"({"type": "array", "maxItems": 1})",
            list({plain("a"), plain("b")}),
            "expected at most 1 entry"},
           {R"(false)", plain("x"), "must not be set"},
           {R"({"oneOf": [{"type": "integer"}, {"type": "boolean"}]})",
            plain("x"),
            "expected a whole number, got \"x\""},
           {R"({"oneOf": [{"minimum": 1}, {"maximum": 5}]})",
            plain("3"),
            "fits more than one of the forms that it may have, not exactly one"},
       }) {
    EXPECT_EQ(applied_to_key(wrong.schema, wrong.value),
              "f:2:9: c.k: " + std::string(wrong.message) + "\n")
        << wrong.schema;
  }
}

TEST(ConfigSchema, NeverShowsSecrets) {
  EXPECT_EQ(applied_to_key(R"({"type": "integer", "writeOnly": true})", plain("hunter2")),
            "f:2:9: c.k: expected a whole number, got (secret)\n");
  EXPECT_EQ(applied_to_key(R"({"enum": ["hunter"], "writeOnly": true})", plain("hunter2")),
            "f:2:9: c.k: expected one of \"hunter\", got (secret)\n");
  EXPECT_EQ(applied_to_key(R"({"type": "string", "pattern": "^x"})", secret("hunter2")),
            "f:2:9: c.k: expected a text like ^x, got (secret)\n");
  ConfigValue from_variable = secret("hunter2");
  from_variable.source = "${KEY}";
  EXPECT_EQ(applied_to_key(R"({"type": "integer"})", from_variable),
            "f:2:9: c.k: expected a whole number, got (value of ${KEY})\n");
  // What holds a secret is one.
  ConfigValue inner = map({{"deep", plain("hunter2")}});
  EXPECT_EQ(
      applied_to_key(R"({"writeOnly": true, "properties": {"deep": {"type": "integer"}}})", inner),
      "f:2:9: c.k.deep: expected a whole number, got (secret)\n");
}

TEST(ConfigSchema, FillsInDefaults) {
  const char* schema = R"({"properties": {
      "a": {"default": "x"}, "b": {"default": {"deep": [1.50, null]}}, "c": {}}})";
  EXPECT_EQ(applied(schema, map({})), R"({"a":"x","b":{"deep":[1.50,null]}})");
  EXPECT_EQ(applied(schema, map({{"b", plain("y")}})), R"({"b":"y","a":"x"})");
  EXPECT_EQ(applied(schema, ConfigValue{}), R"({"a":"x","b":{"deep":[1.50,null]}})")
      << "no config at all is an empty one";
}

TEST(ConfigSchema, NamesMissingAndUnknownKeys) {
  const char* schema = R"({"type": "object", "additionalProperties": false,
      "required": ["model", "key", "mode"],
      "properties": {"model": {}, "key": {}, "mode": {"default": 1}}})";
  EXPECT_EQ(applied(schema, map({{"modle", plain("x")}, {"zzz", plain("y")}})),
            "f:2:1: c: unknown key \"modle\" - did you mean \"model\"?\n"
            "f:3:1: c: unknown key \"zzz\"\n"
            "f:1:1: c: missing required key \"model\"\n"
            "f:1:1: c: missing required key \"key\"\n");
}

TEST(ConfigSchema, KeepsOrHoldsFurtherKeys) {
  EXPECT_EQ(applied(R"({"properties": {"a": {"type": "string"}}})",
                    map({{"a", plain("1")}, {"b", plain("1")}})),
            R"({"a":"1","b":1})");
  EXPECT_EQ(applied(R"({"additionalProperties": {"type": "string"}})",
                    map({{"a", plain("1")}, {"b c", list({})}})),
            "f:3:9: c.\"b c\": expected a text, got a list\n");
}

TEST(ConfigSchema, ChecksEveryItem) {
  EXPECT_EQ(applied_to_key(R"({"items": {"type": "integer"}})", list({plain("1"), plain("2")})),
            R"({"k":[1,2]})");
  ConfigValue items = list({plain("1"), plain("a"), plain("b")});
  for (ConfigValue& item : items.items)
    item.origin = {"f", 7, 3};
  EXPECT_EQ(applied_to_key(R"({"items": {"type": "integer"}})", items),
            "f:7:3: c.k[1]: expected a whole number, got \"a\"\n"
            "f:7:3: c.k[2]: expected a whole number, got \"b\"\n");
}

TEST(ConfigSchema, WritesAValueByTheBranchThatFits) {
  const char* text_or_number = R"({"oneOf": [{"type": "string"}, {"type": "integer"}]})";
  EXPECT_EQ(applied_to_key(text_or_number, plain("5")), R"({"k":5})");
  EXPECT_EQ(applied_to_key(text_or_number, quoted("5")), R"({"k":"5"})");
  EXPECT_EQ(applied_to_key(text_or_number, plain("five")), R"({"k":"five"})");
  EXPECT_EQ(applied_to_key(R"({"oneOf": [{"type": "string"}, {"type": "array"}]})", plain("5")),
            R"({"k":"5"})");
  EXPECT_EQ(applied_to_key(R"({"anyOf": [{"type": "string"},
                                    {"type": "object", "properties": {"n": {"default": 2}}}]})",
                           map({})),
            R"({"k":{"n":2}})");
}

TEST(ConfigSchema, UsesBranchesAsConditions) {
  const char* schema = R"({"type": "object", "properties": {"key": {"type": "string"}, "token": {}},
      "oneOf": [{"required": ["key"]}, {"required": ["token"]}]})";
  EXPECT_EQ(applied(schema, map({{"key", plain("1")}})), R"({"key":"1"})");
  EXPECT_EQ(applied(schema, map({})), "f:1:1: c: missing required key \"key\"\n");
  EXPECT_EQ(applied(schema, map({{"key", plain("1")}, {"token", plain("2")}})),
            "f:1:1: c: fits more than one of the forms that it may have, not exactly one\n");
}

TEST(ConfigSchema, ReportsEveryMistakeAtOnce) {
  const char* schema = R"({"additionalProperties": false, "properties": {
      "a": {"type": "integer"}, "b": {"type": "boolean"}, "c": {"type": "array"}}})";
  EXPECT_EQ(
      applied(schema,
              map({{"a", plain("x")}, {"b", plain("y")}, {"c", plain("z")}, {"other", plain("")}})),
      "f:2:9: c.a: expected a whole number, got \"x\"\n"
      "f:3:9: c.b: expected true or false, got \"y\"\n"
      "f:4:9: c.c: expected a list, got \"z\"\n"
      "f:5:1: c: unknown key \"other\"\n");
}

}  // namespace
}  // namespace patchbay::plugin_host
