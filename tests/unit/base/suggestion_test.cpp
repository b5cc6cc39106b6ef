#include "core/base/suggestion.hpp"

#include <gtest/gtest.h>

namespace patchbay {
namespace {

const std::vector<std::string> kNames = {"model", "models", "provider", "timeout_ms", "id"};

TEST(Suggestion, FindsTheNearestWord) {
  struct Case {
    const char* word;
    const char* nearest;
  };
  const Case cases[] = {
      {"modle", "model"},            // two neighbours swapped
      {"mode", "model"},             // one missing
      {"provdier", "provider"},      // swapped
      {"timeout-ms", "timeout_ms"},  // replaced
      {"timout_m", "timeout_ms"},    // two missing
      {"providers", "provider"},     // one too many
  };
  for (const Case& c : cases)
    EXPECT_EQ(nearest(c.word, kNames), c.nearest) << c.word;
}

TEST(Suggestion, OffersNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("colour", kNames), "");
  EXPECT_EQ(nearest("xy", kNames), "") << "two edits would be the whole word";
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest("model", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'm'), kNames), "") << "long words cost nothing";
}

TEST(Suggestion, PrefersTheFewestEditsAndThenTheFirst) {
  EXPECT_EQ(nearest("models", kNames), "models");
  EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat");
}

TEST(Suggestion, ReadsAsTheEndOfASentence) {
  EXPECT_EQ("unknown key" + did_you_mean("modle", kNames), "unknown key - did you mean \"model\"?");
  EXPECT_EQ(did_you_mean("colour", kNames), "");
}

}  // namespace
}  // namespace patchbay
