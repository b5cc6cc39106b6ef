#include "core/json/view.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/json/value.hpp"

namespace patchbay::json {
namespace {

std::vector<std::string> items(std::string_view text) {
  std::vector<std::string> found;
  for (const View& item : View(text).items())
    found.emplace_back(item.text());
  return found;
}

std::string members(std::string_view text) {
  std::string found;
  for (const MemberView& member : View(text).members())
    found += member.name() + "=" + std::string(member.value.text()) + ";";
  return found;
}

TEST(JsonView, GivesItemsAsTheyStand) {
  using Items = std::vector<std::string>;
  EXPECT_EQ(items(" [ 1 , \"a,]\" , {\"b\" : [ 2 ]} , [] , null, -1.50e3 ] "),
            (Items{"1", "\"a,]\"", "{\"b\" : [ 2 ]}", "[]", "null", "-1.50e3"}));
  EXPECT_EQ(items("[]"), Items{});
  EXPECT_EQ(items(" [ \n ] "), Items{});
  EXPECT_EQ(items("[[[1]],{}]"), (Items{"[[1]]", "{}"}));
}

TEST(JsonView, GivesMembersInTheirOrder) {
  EXPECT_EQ(members(R"({ "z" : 1, "a":{"x":"}"} ,"m" :[{"q":"\""}],"":true})"),
            R"(z=1;a={"x":"}"};m=[{"q":"\""}];=true;)");
  EXPECT_EQ(members("{}"), "");
}

TEST(JsonView, FindsTheEndOfAStringBehindItsEscapes) {
  EXPECT_EQ(items(R"(["\\","\\\"","a\\\\\"]",""])"),
            (std::vector<std::string>{R"("\\")", R"("\\\"")", R"("a\\\\\"]")", R"("")"}));
}

TEST(JsonView, ComparesNamesAfterUnescaping) {
  for (const MemberView& member : View(R"({"mod\u0065l":1})").members()) {
    EXPECT_TRUE(member.named("model"));
    EXPECT_FALSE(member.named(R"(mod\u0065l)"));
    EXPECT_EQ(member.raw_name, R"(mod\u0065l)");
  }
}

TEST(JsonView, KnowsItsKindAndItsText) {
  EXPECT_EQ(View("null").kind(), Kind::kNull);
  EXPECT_EQ(View(" true ").kind(), Kind::kTrue);
  EXPECT_EQ(View("false").kind(), Kind::kFalse);
  EXPECT_EQ(View("-1").kind(), Kind::kNumber);
  EXPECT_EQ(View(R"("a\n\u00e9")").string(), "a\n\xC3\xA9");
  EXPECT_EQ(View("[1]").string(), "");
  EXPECT_EQ(items(R"({"a":1})"), std::vector<std::string>{});
  EXPECT_EQ(members("[1]"), "");
}

// Held against the parser that builds the whole value.
void expect_same(const View& view, const Value& value) {
  ASSERT_EQ(view.kind(), value.kind());
  EXPECT_EQ(view.string(), value.as_string().value_or(""));
  if (value.is(Kind::kNumber)) {
    EXPECT_EQ(view.text(), value.as_number());
  }
  std::size_t at = 0;
  for (const View& item : view.items())
    expect_same(item, value.items().at(at++));
  EXPECT_EQ(at, value.items().size());
  at = 0;
  for (const MemberView& member : view.members()) {
    EXPECT_EQ(member.name(), value.members().at(at).name);
    expect_same(member.value, value.members().at(at++).value);
  }
  EXPECT_EQ(at, value.members().size());
}

TEST(JsonView, SeesWhatTheParserSees) {
  for (const char* text : {R"({"a":[1,2,{"b":null}],"c":"\\\"","d":{"e":[[],{}]},"f":-0.5E-3})",
                           " [ true , false , [ [ ] ] , \"\xC3\xA9 \\u0041\" ] ",
                           R"({"messages":[{"role":"user","content":"{\"x\":[}]"}]})"}) {
    const auto value = parse(text);
    ASSERT_TRUE(value);
    expect_same(View(text), *value);
  }
}

TEST(JsonView, StaysWithinATextThatNobodyChecked) {
  for (const char* text :
       {"", "[", "{\"", "[\"\\", "{\"a\":", "]", "{:,}", "[,]", "\"", "[1}{2]"}) {
    const View view{std::string_view(text)};
    for (const View& item : view.items())
      EXPECT_LE(item.text().size(), std::string_view(text).size());
    for (const MemberView& member : view.members())
      EXPECT_LE(member.value.text().size(), std::string_view(text).size());
    (void)view.string();
  }
}

}  // namespace
}  // namespace patchbay::json
