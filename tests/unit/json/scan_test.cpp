#include "core/json/scan.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/json/padded.hpp"

namespace patchbay::json {
namespace {

std::string message_of(std::string_view text, std::span<Wanted> wanted = {}) {
  const auto scanned = scan(text, wanted);
  return scanned ? "accepted" : scanned.error().message;
}

TEST(JsonScan, FindsEachKindOfValueByItsBytes) {
  const std::string text =
      R"({ "s" : "te\"xt" , "n":-1.50e+3,"t":true,"f":false ,"z":null,"o":{"a":[1]},"l": [ {} ] })";
  struct Case {
    const char* path;
    Kind kind;
    const char* raw;
  };
  const Case cases[] = {
      {"s", Kind::kString, R"("te\"xt")"},
      {"n", Kind::kNumber, "-1.50e+3"},
      {"t", Kind::kTrue, "true"},
      {"f", Kind::kFalse, "false"},
      {"z", Kind::kNull, "null"},
      {"o", Kind::kObject, R"({"a":[1]})"},
      {"l", Kind::kArray, "[ {} ]"},
  };
  for (const Case& c : cases) {
    Wanted wanted[] = {{c.path}};
    ASSERT_TRUE(scan(text, wanted)) << c.path;
    EXPECT_TRUE(wanted[0].is(c.kind)) << c.path;
    EXPECT_EQ(raw_of(text, wanted[0]), c.raw);
  }
}

TEST(JsonScan, FindsAllInOnePass) {
  const std::string text =
      R"({"messages":[{"model":"no"}],"model":"m","stream_options":{"include_usage":true},"n":2})";
  Wanted wanted[] = {
      {"model"}, {"stream"}, {"stream_options.include_usage"}, {"n"}, {"stream_options"}};
  ASSERT_TRUE(scan(text, wanted));
  EXPECT_EQ(raw_of(text, wanted[0]), "\"m\"");
  EXPECT_FALSE(wanted[1].found);
  EXPECT_FALSE(wanted[1].is(Kind::kNull)) << "what is not there has no kind";
  EXPECT_TRUE(wanted[2].is(Kind::kTrue));
  EXPECT_EQ(int_of(text, wanted[3]), 2);
  EXPECT_EQ(raw_of(text, wanted[4]), R"({"include_usage":true})") << "a pair's outer member too";
}

TEST(JsonScan, LooksAtTheNamedLevelOnly) {
  const std::string text =
      R"({"a":{"model":"x","b":{"model":"y"}},"list":[{"inner":1},{"inner":2}],)"
      R"("list2":[[{"inner":1}]],"outer":{"x":{"inner":3}},"string":"inner"})";
  Wanted wanted[] = {
      {"model"}, {"list.inner"}, {"list2.inner"}, {"outer.inner"}, {"string.inner"}, {"a.b"}};
  ASSERT_TRUE(scan(text, wanted));
  for (const Wanted& member : std::span(wanted).first(5))
    EXPECT_FALSE(member.found) << member.path;
  EXPECT_EQ(raw_of(text, wanted[5]), R"({"model":"y"})");
}

TEST(JsonScan, TellsTheObjectAsAWhole) {
  const auto scanned = scan(" \n{\"a\":1,\"b\":[2,3]} \n", {});
  ASSERT_TRUE(scanned);
  EXPECT_EQ(scanned->object, (Span{2, 19}));
  EXPECT_EQ(scanned->members, 2U);
  const auto empty = scan("{ }", {});
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->object, (Span{0, 3}));
  EXPECT_EQ(empty->members, 0U);
}

TEST(JsonScan, ForgetsWhatAnEarlierScanFound) {
  Wanted wanted[] = {{"a"}};
  ASSERT_TRUE(scan(R"({"a":1})", wanted));
  ASSERT_TRUE(scan(R"({"b":1})", wanted));
  EXPECT_FALSE(wanted[0].found);
}

TEST(JsonScan, ComparesNamesWithoutTheirEscapes) {
  const std::string text = R"({"mod\u0065l":"a"})";
  Wanted wanted[] = {{"model"}};
  ASSERT_TRUE(scan(text, wanted));
  EXPECT_EQ(raw_of(text, wanted[0]), "\"a\"");
}

TEST(JsonScan, RefusesAWantedMemberThatStandsTwice) {
  Wanted wanted[] = {{"model"}, {"stream_options.include_usage"}};
  EXPECT_EQ(message_of(R"({"model":"a","model":"b"})", wanted),
            "Invalid JSON at byte 13: The member \"model\" stands here twice.");
  EXPECT_EQ(message_of(R"({"model":"a","mod\u0065l":"b"})", wanted),
            "Invalid JSON at byte 13: The member \"model\" stands here twice.");
  EXPECT_EQ(
      message_of(R"({"stream_options":{"include_usage":true,"include_usage":false}})", wanted),
      "Invalid JSON at byte 40: The member \"stream_options.include_usage\" stands here twice.");
  EXPECT_EQ(message_of(R"({"stream_options":{},"stream_options":{"include_usage":true}})", wanted),
            "Invalid JSON at byte 21: The member \"stream_options\" stands here twice.");
  EXPECT_EQ(message_of(R"({"stream_options":null,"stream_options":1})", wanted),
            "Invalid JSON at byte 23: The member \"stream_options\" stands here twice.");
}

TEST(JsonScan, LeavesOtherDuplicatesToTheUpstream) {
  Wanted wanted[] = {{"model"}};
  const std::string text = R"({"user":1,"user":2,"model":"a","x":{"model":1,"model":2}})";
  ASSERT_TRUE(scan(text, wanted));
  EXPECT_EQ(raw_of(text, wanted[0]), "\"a\"");
}

TEST(JsonScan, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {R"({"model":"gpt-4" "x":1})",
       "Invalid JSON at byte 17: Missing a comma or } after an object member."},
      {R"({"a":1,})", "Invalid JSON at byte 7: Missing a member name in double quotes."},
      {R"({"a" 1})", "Invalid JSON at byte 5: Missing a colon after a member name."},
      {R"({"a":[1 2]})", "Invalid JSON at byte 8: Missing a comma or ] after an array element."},
      {R"({"a":})", "Invalid JSON at byte 5: A value is expected here."},
      {R"({"a":"b)",
       "Invalid JSON at byte 7: Missing the closing quotation mark of a string. The text ends "
       "here."},
      {R"({"a":1)",
       "Invalid JSON at byte 6: Missing a comma or } after an object member. The text ends here."},
      {R"({"a":"\ud800"})", "Invalid JSON at byte 6: Half of a surrogate pair stands alone."},
      {R"({} x)", "Invalid JSON at byte 3: Something follows the end of the value."},
      {"", "Invalid JSON at byte 0: There is no value."},
      {"{\"a\":\"\xFF\"}", "Invalid JSON at byte 6: The text is not valid UTF-8."},
      {"{\"a\":\"\x1F\"}", "Invalid JSON at byte 6: A control character must be escaped."},
      {"[]", "Invalid JSON at byte 0: Expected an object, got an array."},
      {" \"x\"", "Invalid JSON at byte 1: Expected an object, got a string."},
      {" 12", "Invalid JSON at byte 1: Expected an object, got a number."},
      {"true", "Invalid JSON at byte 0: Expected an object, got a boolean."},
      {" false", "Invalid JSON at byte 1: Expected an object, got a boolean."},
      {"null", "Invalid JSON at byte 0: Expected an object, got null."},
  };
  for (const Case& c : cases)
    EXPECT_EQ(message_of(c.text), c.message);
  EXPECT_EQ(message_of(std::string("{}\0{}", 5)),
            "Invalid JSON at byte 2: A zero byte cannot stand in JSON.");
  EXPECT_EQ(message_of(std::string("{\"a\":\"\0\"}", 9)),
            "Invalid JSON at byte 6: A zero byte cannot stand in JSON.");
  EXPECT_EQ(scan("[]", {}).error().code, ErrorCode::kInvalid);
}

TEST(JsonScan, GivesTheTextOfAString) {
  const std::string text =
      R"({"plain":"gpt-4o","escaped":"a\"b\\c\u00e9\ud83d\ude00\n","empty":"","slashes":"\\\\\\"})";
  Wanted wanted[] = {{"plain"}, {"escaped"}, {"empty"}, {"slashes"}};
  ASSERT_TRUE(scan(text, wanted));
  std::string scratch;
  const std::string_view plain = string_of(text, wanted[0], scratch);
  EXPECT_EQ(plain, "gpt-4o");
  EXPECT_EQ(plain.data(), text.data() + wanted[0].span.begin + 1) << "a view, not a copy";
  EXPECT_EQ(string_of(text, wanted[1], scratch), "a\"b\\c\xC3\xA9\xF0\x9F\x98\x80\n");
  EXPECT_EQ(string_of(text, wanted[2], scratch), "");
  EXPECT_EQ(string_of(text, wanted[3], scratch), "\\\\\\");
}

TEST(JsonScan, FindsTheEndOfAStringWithAnyEscapes) {
  for (const char* raw : {R"("")",
                          R"("\"")",
                          R"("a\"")",
                          R"("\"\"\"")",
                          R"("\\")",
                          R"("\\\"")",
                          R"("ab\\")",
                          R"("\u0022")",
                          R"("x\u0022,")",
                          R"("\n\",\"y\":\"")"}) {
    const std::string text = std::string("{\"a\":") + raw + ",\"b\":\"\"}";
    Wanted wanted[] = {{"a"}, {"b"}};
    ASSERT_TRUE(scan(text, wanted)) << raw;
    EXPECT_EQ(raw_of(text, wanted[0]), raw);
    EXPECT_EQ(raw_of(text, wanted[1]), "\"\"");
  }
}

TEST(JsonScan, RefusesHalfASurrogatePairInAWantedString) {
  Wanted wanted[] = {{"model"}};
  EXPECT_FALSE(scan(R"({"model":"\udc00"})", wanted));
  EXPECT_FALSE(scan(R"({"model":"\ud83d"})", wanted));
}

TEST(JsonScan, ReadsWholeNumbersThatFit) {
  struct Case {
    const char* digits;
    std::optional<std::int64_t> value;
  };
  const Case cases[] = {
      {"0", 0},
      {"-7", -7},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", std::nullopt},
      {"1.0", std::nullopt},
      {"1e3", std::nullopt},
      {"\"1\"", std::nullopt},
      {"null", std::nullopt},
  };
  for (const Case& c : cases) {
    const std::string text = std::string("{\"n\":") + c.digits + "}";
    Wanted wanted[] = {{"n"}};
    ASSERT_TRUE(scan(text, wanted));
    EXPECT_EQ(int_of(text, wanted[0]), c.value) << c.digits;
  }
}

TEST(JsonScan, FindsTheSameWithPaddingAtEveryAlignment) {
  const std::string text =
      R"({"messages":[{"content":"long enough \" to be read sixteen bytes at a time"}],"model":"m"})";
  for (std::size_t shift = 0; shift < 32; ++shift) {
    const PaddedText padded(text, shift);
    Wanted wanted[] = {{"model"}, {"messages"}};
    ASSERT_TRUE(scan(padded.padded(), wanted));
    EXPECT_EQ(raw_of(padded.text(), wanted[0]), "\"m\"");
    EXPECT_EQ(wanted[1].span, (Span{12, text.size() - 13}));
  }
}

TEST(JsonScan, TakesLargeTextsAndThenSmallOnesAgain) {
  const std::string large = R"({"a":")" + std::string(3'000'000, 'x') + R"(","b":1})";
  for (const std::string& text : {large, std::string(R"({"b":1})"), large}) {
    Wanted wanted[] = {{"a"}, {"b"}};
    ASSERT_TRUE(scan(text, wanted));
    EXPECT_EQ(raw_of(text, wanted[1]), "1");
  }
}

TEST(JsonSplice, ReplacesASpanAndNothingElse) {
  const std::string text =
      "{ \"model\" : \"alias\",\n  \"temperature\": 0.70000, \"x\":\"\\u0041\" }";
  Wanted wanted[] = {{"model"}};
  ASSERT_TRUE(scan(text, wanted));
  EXPECT_EQ(splice(text, wanted[0].span, "\"gpt-4o-mini\""),
            "{ \"model\" : \"gpt-4o-mini\",\n  \"temperature\": 0.70000, \"x\":\"\\u0041\" }");
  const Pieces pieces = cut(text, wanted[0].span);
  EXPECT_EQ(std::string(pieces.before) + "\"alias\"" + std::string(pieces.after), text);
  EXPECT_EQ(splice("abc", {3, 3}, "d"), "abcd");
  EXPECT_EQ(splice("abc", {0, 3}, ""), "");
}

TEST(JsonSplice, CanPutAMemberIn) {
  for (const std::string text : {R"({"a":1})", "{}", " { } "}) {
    const auto scanned = scan(text, {});
    ASSERT_TRUE(scanned);
    const std::size_t front = scanned->object.begin + 1;
    const std::string out =
        splice(text, {front, front}, scanned->members == 0 ? "\"n\":1" : "\"n\":1,");
    Wanted wanted[] = {{"n"}};
    ASSERT_TRUE(scan(out, wanted)) << out;
    EXPECT_TRUE(wanted[0].found);
  }
}

}  // namespace
}  // namespace patchbay::json
