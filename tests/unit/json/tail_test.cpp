#include "core/json/tail.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::json {
namespace {

std::string usage_in(std::string_view text) {
  return std::string(last_object_named(text, "usage"));
}

TEST(Tail, FindsTheMemberWhereverItStands) {
  EXPECT_EQ(usage_in(R"({"usage":{"a":1}})"), R"({"a":1})");
  EXPECT_EQ(usage_in(R"({"x":[1,{"y":2}],"usage" : {"a":{"b":[]}} } )"), R"({"a":{"b":[]}})");
  EXPECT_EQ(usage_in(R"({"usage":{"a":1},"x":{"y":["}",{}]},"z":"]"})"), R"({"a":1})");
  EXPECT_EQ(usage_in(R"({"usage":{"a":"}\"{"},"x":"\\"})"), R"({"a":"}\"{"})");
}

TEST(Tail, TakesTheOutermostOne) {
  EXPECT_EQ(usage_in(R"({"x":{"usage":{"a":1}}})"), "");
  EXPECT_EQ(usage_in(R"({"usage":{"a":1},"x":{"usage":{"a":2}}})"), R"({"a":1})");
  EXPECT_EQ(usage_in(R"({"x":[{"usage":{"a":2}}],"usage":{"a":1}})"), R"({"a":1})");
  EXPECT_EQ(usage_in(R"({"usage":{"usage":{"a":2}}})"), R"({"usage":{"a":2}})");
}

TEST(Tail, IsNotTakenInByText) {
  EXPECT_EQ(usage_in(R"({"x":"say \"usage\":{\"a\":1}"})"), "");
  EXPECT_EQ(usage_in(R"({"x":"\"usage"})"), "");
  EXPECT_EQ(usage_in(R"({"x":"usage"})"), "");
  EXPECT_EQ(usage_in(R"(["usage",{"a":1}])"), "");
  EXPECT_EQ(usage_in(R"({"usage":{"a":1},"t":["usage","usage","usage","usage","usage","usage"]})"),
            R"({"a":1})");
}

TEST(Tail, FindsNothingWhereThereIsNothing) {
  EXPECT_EQ(usage_in(""), "");
  EXPECT_EQ(usage_in(R"({"usage":null})"), "");
  EXPECT_EQ(usage_in(R"({"usage":[{}]})"), "");
  EXPECT_EQ(usage_in(R"({"usages":{"a":1}})"), "");
}

TEST(Tail, SurvivesWhatIsNoJson) {
  for (const char* wrong : {R"({"usage":{)",
                            R"({"usage":)",
                            R"("usage":{}})",
                            R"({"usage":{}}})",
                            R"({"usage":{"a":"\)",
                            R"(}}"usage":{}}}})"}) {
    EXPECT_EQ(usage_in(wrong), std::string(wrong) == R"("usage":{}})" ? "{}" : "") << wrong;
  }
}

}  // namespace
}  // namespace patchbay::json
