#include "core/json/value.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::json {
namespace {

std::string message_of(std::string_view text) {
  const auto value = parse(text);
  return value ? "accepted" : value.error().message;
}

TEST(JsonValue, HoldsWhatTheTextHolds) {
  const auto value = parse(R"({"name":"a\u00e9","list":[1,"x",[],{}],"on":true,"off":false,)"
                           R"("none":null,"nested":{"deep":{"n":-1.50}}})");
  ASSERT_TRUE(value);
  EXPECT_TRUE(value->is(Kind::kObject));
  EXPECT_EQ(value->find("name")->as_string(), "a\xC3\xA9");
  ASSERT_EQ(value->find("list")->items().size(), 4U);
  EXPECT_EQ(value->find("list")->items()[0].as_int64(), 1);
  EXPECT_EQ(value->find("list")->items()[1].as_string(), "x");
  EXPECT_TRUE(value->find("list")->items()[2].is(Kind::kArray));
  EXPECT_TRUE(value->find("list")->items()[3].is(Kind::kObject));
  EXPECT_EQ(value->find("on")->as_bool(), true);
  EXPECT_EQ(value->find("off")->as_bool(), false);
  EXPECT_TRUE(value->find("none")->is(Kind::kNull));
  EXPECT_EQ(value->find("nested")->find("deep")->find("n")->as_number(), "-1.50");
  EXPECT_EQ(value->find("nothing"), nullptr);
}

TEST(JsonValue, KeepsMembersInTheirOrder) {
  const auto value = parse(R"({"z":1,"a":2,"m":3})");
  ASSERT_TRUE(value);
  std::string names;
  for (const Member& member : value->members())
    names += member.name;
  EXPECT_EQ(names, "zam");
}

TEST(JsonValue, AnswersNothingForAnotherKind) {
  const auto value = parse(R"({"s":"1","n":1,"b":true})");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("s")->as_int64(), std::nullopt);
  EXPECT_EQ(value->find("s")->as_double(), std::nullopt);
  EXPECT_EQ(value->find("s")->as_bool(), std::nullopt);
  EXPECT_EQ(value->find("n")->as_string(), std::nullopt);
  EXPECT_EQ(value->find("b")->as_number(), std::nullopt);
  EXPECT_EQ(value->as_string(), std::nullopt);
  EXPECT_EQ(value->find("n")->find("x"), nullptr);
  EXPECT_TRUE(value->find("n")->items().empty());
  EXPECT_TRUE(value->find("n")->members().empty());
}

TEST(JsonValue, KeepsNumbersAsWrittenAndChecksConversions) {
  struct Case {
    const char* text;
    std::optional<std::int64_t> whole;
    std::optional<double> real;
  };
  const Case cases[] = {
      {"0", 0, 0.0},
      {"-0", 0, -0.0},
      {"9223372036854775807", INT64_MAX, 9223372036854775807.0},
      {"9223372036854775808", std::nullopt, 9223372036854775808.0},
      {"1.0", std::nullopt, 1.0},
      {"1e3", std::nullopt, 1000.0},
      {"0.30000000000000004", std::nullopt, 0.30000000000000004},
      {"1e-400", std::nullopt, std::nullopt},
      {"123456789012345678901234567890", std::nullopt, 123456789012345678901234567890.0},
  };
  for (const Case& c : cases) {
    const auto value = parse(c.text);
    ASSERT_TRUE(value) << c.text;
    EXPECT_EQ(value->as_number(), c.text);
    EXPECT_EQ(value->as_int64(), c.whole) << c.text;
    EXPECT_EQ(value->as_double(), c.real) << c.text;
  }
}

TEST(JsonValue, RefusesANameThatStandsTwiceInOneObject) {
  EXPECT_EQ(message_of("{\n  \"a\": 1,\n  \"b\": 2, \"a\": 3\n}"),
            "Invalid JSON at line 3, column 11 (byte 22): The member \"a\" stands here twice.");
  EXPECT_EQ(message_of(R"([{"x":{"a":1,"\u0061":2}}])"),
            "Invalid JSON at line 1, column 14 (byte 13): The member \"a\" stands here twice.");
  EXPECT_EQ(message_of(R"({"a":{"a":{"a":1}},"b":{"a":1}})"), "accepted");
}

TEST(JsonValue, SaysWhereInTheFileTheMistakeIs) {
  EXPECT_EQ(message_of("{\n  \"id\": \"x\"\n  \"type\": 1\n}"),
            "Invalid JSON at line 3, column 3 (byte 16): Missing a comma or } after an object "
            "member.");
  EXPECT_EQ(message_of("{\"\xC3\xA9\": nope}"),
            "Invalid JSON at line 1, column 8 (byte 8): A value is expected here.");
  EXPECT_EQ(message_of(""), "Invalid JSON at line 1, column 1 (byte 0): There is no value.");
  EXPECT_EQ(message_of("[\"a\",\n"),
            "Invalid JSON at line 2, column 1 (byte 6): A value is expected here. The text ends "
            "here.");
}

TEST(JsonValue, RefusesHalfASurrogatePairEverywhere) {
  EXPECT_NE(message_of(R"(["\udc00"])"), "accepted");
  EXPECT_NE(message_of(R"({"\udc00":1})"), "accepted");
  EXPECT_NE(message_of(R"(["\ud800"])"), "accepted");
}

TEST(JsonValue, RemembersWhereValuesStand) {
  const std::string text = "{\n  \"a\": [true, \"x\", 12, {}],\n  \"b\": null\n}";
  const auto value = parse(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->offset(), 0U);
  const Value& list = *value->find("a");
  EXPECT_EQ(text.substr(list.offset(), 1), "[");
  EXPECT_EQ(text.substr(list.items()[0].offset(), 4), "true");
  EXPECT_EQ(text.substr(list.items()[1].offset(), 3), "\"x\"");
  EXPECT_EQ(text.substr(list.items()[2].offset(), 2), "12");
  EXPECT_EQ(text.substr(list.items()[3].offset(), 2), "{}");
  EXPECT_EQ(text.substr(value->find("b")->offset(), 4), "null");
  EXPECT_EQ(text.substr(value->members()[1].name_offset, 3), "\"b\"");
  const Position position = position_of(text, value->find("b")->offset());
  EXPECT_EQ(position.line, 3);
  EXPECT_EQ(position.column, 8);
}

TEST(JsonValue, OutlivesTheTextAndCanBeCopied) {
  Value copy;
  {
    const std::string text = R"({"a":["a string too long for the small buffer of a string",1]})";
    auto value = parse(text);
    ASSERT_TRUE(value);
    copy = *value;
  }
  EXPECT_EQ(copy.find("a")->items()[0].as_string(),
            "a string too long for the small buffer of a string");
}

}  // namespace
}  // namespace patchbay::json
