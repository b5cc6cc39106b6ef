#include "plugins/shared/json_text.hpp"

#include <gtest/gtest.h>

#include "plugins/shared/base64.hpp"

namespace patchbay::plugins {
namespace {

TEST(JsonText, FindsValuesWhereTheyStand) {
  const std::string text =
      "  { \"a\" : [ 1 , -2.5e3,\"x\\n\\u00e9\" ,null], \"b\":{\"c\":true},\"\":{} } ";
  JsonText json;
  ASSERT_TRUE(json.parse(text));
  const JsonValue a = json.root()["a"];
  EXPECT_EQ(a.raw(), "[ 1 , -2.5e3,\"x\\n\\u00e9\" ,null]");
  EXPECT_EQ(text.substr(a.offset(), 3), "[ 1");
  std::string kinds;
  for (const JsonValue value : a.elements())
    kinds += std::to_string(static_cast<int>(value.kind()));
  EXPECT_EQ(kinds, "4451");
  EXPECT_EQ(json.root()["b"]["c"].kind(), JsonKind::kTrue);
  EXPECT_EQ(json.root()["b"]["c"].key().raw(), "\"c\"");
  EXPECT_EQ(json.root()[""].raw(), "{}");
  EXPECT_TRUE(json.root()[""].members().empty());
}

TEST(JsonText, GivesNothingForWhatIsNotThere) {
  JsonText json;
  ASSERT_TRUE(json.parse(R"({"a":1,"n":null})"));
  EXPECT_EQ(json.root()["x"]["y"]["z"].kind(), JsonKind::kMissing);
  EXPECT_FALSE(json.root()["n"]);
  EXPECT_EQ(json.root()["a"]["b"].raw(), "");
  EXPECT_EQ(json.root()["a"].escaped(), "");
  EXPECT_EQ(json.root()["a"].key().string(), "a");
  EXPECT_EQ(json.root().key().kind(), JsonKind::kMissing);
  EXPECT_EQ(JsonValue().integer(), std::nullopt);
}

TEST(JsonText, PutsAValueInOneLine) {
  JsonText json;
  std::string scratch;
  ASSERT_TRUE(json.parse("{\"a\":{\r\n  \"b\" : \"x\\ny\"\n}}"));
  EXPECT_EQ(json.root()["a"].line(scratch), "{  \"b\" : \"x\\ny\"}");
}

TEST(JsonText, WalksMembersOfNestedObjects) {
  JsonText json;
  ASSERT_TRUE(json.parse(R"({"a":{"x":1},"b":{"y":{"z":[{}]}},"c":[{"q":1},{"r":2}]})"));
  std::string names;
  for (const JsonValue value : json.root().members()) {
    names += value.key().string() + "=" + std::string(value.raw()) + ";";
  }
  EXPECT_EQ(names, R"(a={"x":1};b={"y":{"z":[{}]}};c=[{"q":1},{"r":2}];)");
}

TEST(JsonText, SaysWhatStringsMean) {
  JsonText json;
  ASSERT_TRUE(json.parse(R"(["plain","\"\\\/\b\f\n\r\t","\u0041\u00e9\u20ac\ud83d\ude00"])"));
  std::vector<std::string> said;
  for (const JsonValue value : json.root().elements())
    said.push_back(value.string());
  EXPECT_EQ(said,
            (std::vector<std::string>{"plain", "\"\\/\b\f\n\r\t", "A\u00e9\u20ac\U0001F600"}));
  JsonText escaped;
  ASSERT_TRUE(escaped.parse(R"({"mod\u0065l":"\u0061"})"));
  EXPECT_TRUE(escaped.root()["model"].says("a"));
  EXPECT_FALSE(escaped.root()["model"].says("\\u0061"));
}

TEST(JsonText, TakesTheLastOfTwoMembersWithOneName) {
  JsonText json;
  ASSERT_TRUE(json.parse(R"({"a":1,"a":2})"));
  EXPECT_EQ(json.root()["a"].integer(), 2);
}

TEST(JsonText, ReadsWholeNumbersHoweverWritten) {
  JsonText json;
  ASSERT_TRUE(
      json.parse("[12,-0,12.0,1.2e1,9223372036854775807,9223372036854775808,1.5,1e300,\"1\"]"));
  std::vector<std::int64_t> found;
  for (const JsonValue value : json.root().elements())
    found.push_back(value.integer().value_or(-7));
  EXPECT_EQ(found, (std::vector<std::int64_t>{12, 0, 12, 12, INT64_MAX, -7, -7, -7, -7}));
}

TEST(JsonText, RefusesWhatIsNotJson) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv,          " "sv,         "{"sv,        "{}{}"sv,          "{\"a\":1,}"sv,
        "[1,]"sv,      "01"sv,        "'a'"sv,      "nul"sv,           "NaN"sv,
        "1e400"sv,     "\"\xff\""sv,  "\"\xc3\""sv, "\"\\ud800\""sv,   "\"\\x\""sv,
        "\"a\nb\""sv,  "\"a\x1f\""sv, "{}\0"sv,     "{}\0x"sv,         "\"a\0b\""sv,
        "{\"a\" 1}"sv, "{1:2}"sv,     "// c\n1"sv,  "\xef\xbb\xbf{}"sv}) {
    JsonText json;
    EXPECT_FALSE(json.parse(text)) << text;
    EXPECT_EQ(json.root().kind(), JsonKind::kMissing);
  }
}

TEST(JsonText, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  JsonText json;
  EXPECT_TRUE(json.parse(nested(JsonText::kDepthMax)));
  EXPECT_FALSE(json.parse(nested(JsonText::kDepthMax + 1)));
  EXPECT_FALSE(json.parse(std::string(1'000'000, '[')));
}

TEST(JsonText, WritesStrings) {
  std::string out;
  append_quoted(out, std::string_view("a\"\\\n\x01\x1f\u00e9", 8));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001\\u001f\u00e9\"");
  std::string back;
  append_unescaped(back, std::string_view(out).substr(1, out.size() - 2));
  EXPECT_EQ(back, std::string_view("a\"\\\n\x01\x1f\u00e9", 8));
}

TEST(Base64, DecodesAndRefuses) {
  std::string out;
  EXPECT_TRUE(decode_base64("", out));
  EXPECT_EQ(out, "");
  for (const auto& [text, bytes] : {std::pair{"Zg==", "f"},
                                    std::pair{"Zm8=", "fo"},
                                    std::pair{"Zm9v", "foo"},
                                    std::pair{"Zm8", "fo"}}) {
    EXPECT_TRUE(decode_base64(text, out));
    EXPECT_EQ(out, bytes);
  }
  EXPECT_TRUE(decode_base64("+/8=", out));
  EXPECT_EQ(out, "\xFB\xFF");
  for (const char* text : {"Z", "Zm9vZ", "Zm-v", "Z=9v", "Zg==="})
    EXPECT_FALSE(decode_base64(text, out));
}

}  // namespace
}  // namespace patchbay::plugins
