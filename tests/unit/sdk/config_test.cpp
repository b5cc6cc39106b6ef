#include "patchbay/config.hpp"

#include <gtest/gtest.h>

namespace patchbay::sdk {
namespace {

constexpr std::string_view kJson =
    R"( { "base_url" : "https://x/\"y\"\n", "most":-12 ,"share": 1.5e1,
  "loud":true,"quiet":false, "none":null, "list":[1,{"most":"]"},"}"], "object":{"loud":[false]},
  "\u006e\u00e4me":"\ud83d\ude00 \u20ac", "last":"" } )";

TEST(Config, ReadsMembersByKind) {
  const Config config(kJson);
  EXPECT_EQ(config.text("base_url"), "https://x/\"y\"\n");
  EXPECT_EQ(config.integer("most"), -12);
  EXPECT_EQ(config.number("share"), 15);
  EXPECT_EQ(config.number("most"), -12);
  EXPECT_EQ(config.flag("loud"), true);
  EXPECT_EQ(config.flag("quiet"), false);
  EXPECT_EQ(config.text("last"), "");
}

TEST(Config, ResolvesEscapes) {
  EXPECT_EQ(Config(kJson).text("n\u00e4me"), "\U0001F600 \u20ac");
}

TEST(Config, IsNotConfusedByWhatIsNested) {
  const Config config(kJson);
  EXPECT_EQ(config.raw("list"), R"([1,{"most":"]"},"}"])");
  EXPECT_EQ(config.raw("object"), R"({"loud":[false]})");
}

TEST(Config, GivesNothingForAnotherKindOrName) {
  const Config config(kJson);
  EXPECT_EQ(config.text("most"), std::nullopt);
  EXPECT_EQ(config.integer("share"), std::nullopt);
  EXPECT_EQ(config.integer("base_url"), std::nullopt);
  EXPECT_EQ(config.flag("none"), std::nullopt);
  EXPECT_EQ(config.raw("absent"), "");
  EXPECT_EQ(config.raw("none"), "null");
}

TEST(Config, EndsWithTheTextWhateverItIs) {
  std::string text(kJson);
  while (!text.empty()) {
    text.pop_back();
    (void)Config(text).raw("last");
    (void)Config(text).text("base_url");
  }
  EXPECT_EQ(Config("[]").raw("a"), "");
  EXPECT_EQ(Config("{}").raw("a"), "");
}

}  // namespace
}  // namespace patchbay::sdk
