#include "core/check/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSchema = R"({
  "type": "object", "required": ["key", "url", "mode"],
  "properties": {
    "key": {"type": "string", "writeOnly": true},
    "url": {"type": "string", "format": "uri"},
    "mode": {"type": "string", "enum": ["a", "b"]},
    "port": {"type": "integer", "default": 80},
    "list": {"type": "array", "items": {"type": "string"}}
  }
})";

TEST(Settings, AreTheLeastThatTheSchemaAllowsWithoutAnExample) {
  const auto settings = settings_for(kSchema, std::nullopt);
  ASSERT_TRUE(settings) << settings.error().message;
  const auto parsed = json::parse(settings->json);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->find("mode")->as_string(), "a");
  EXPECT_EQ(parsed->find("port")->as_int64(), 80);
  EXPECT_EQ(parsed->find("list"), nullptr);
  EXPECT_THAT(settings->secrets, ElementsAre("check-secret-0123456789"));
}

TEST(Settings, AreTheFirstExampleWhereThereIsOne) {
  const auto settings =
      settings_for(R"({"type":"object","examples":[{"a":1},{"a":2}]})", std::nullopt);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->json, R"({"a":1})");
}

TEST(Settings, AreThoseThatWereGivenAndAreHeldToTheSchema) {
  const auto good = settings_for(kSchema, R"({"key":"k","url":"http://up/","mode":"b"})");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_THAT(good->json, HasSubstr(R"("mode":"b")"));
  EXPECT_TRUE(good->secrets.empty()) << "too short to be found";
  const auto bad = settings_for(kSchema, R"({"key":"k","url":"http://up/","mode":"c"})");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("config.mode"));
}

TEST(Settings, FailOnASchemaThatTheHostCannotUse) {
  EXPECT_FALSE(settings_for(R"({"type":"object","minProperties":1})", std::nullopt));
  EXPECT_FALSE(settings_for("no schema", std::nullopt));
}

TEST(Settings, FindSecretsInListsAndBranches) {
  const auto settings = settings_for(R"({"type":"object","properties":{"all":{"type":"array",
      "items":{"anyOf":[{"type":"object","properties":{"key":{"type":"string","writeOnly":true}}}]}}}})",
                                     R"({"all":[{"key":"first-secret"},{"key":"second-secret"}]})");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->secrets, ElementsAre("first-secret", "second-secret"));
}

TEST(WithMember, ReplacesOrAdds) {
  EXPECT_EQ(with_member(R"({"a":1,"b":"x"})", "a", "[2]"), R"({"b":"x","a":[2]})");
  EXPECT_EQ(with_member("{}", "a", "null"), R"({"a":null})");
}

}  // namespace
}  // namespace patchbay::check
