// The stub's embeddings: unit vectors that are near where texts share words.

#include "plugins/stub/text_vector.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace patchbay::testing {
namespace {

using plugins::stub::vector_of;

float likeness(std::string_view a, std::string_view b) {
  const auto one = vector_of(a, 512);
  const auto other = vector_of(b, 512);
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0F);
}

TEST(TextVector, HasLengthOneWhateverTheText) {
  for (const std::string_view text : {"", " ", "a", "The quick brown fox", "\xC3\xA9t\xC3\xA9"}) {
    for (const std::uint32_t dimensions : {1U, 2U, 3U, 256U, 1536U}) {
      const auto vector = vector_of(text, dimensions);
      ASSERT_EQ(vector.size(), dimensions);
      const float square = std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F);
      EXPECT_NEAR(square, 1.0F, 1e-5F) << text << " in " << dimensions;
    }
  }
}

TEST(TextVector, IsTheSameForTheSameText) {
  EXPECT_EQ(vector_of("a b c", 64), vector_of("a b c", 64));
}

TEST(TextVector, DoesNotMindCaseAndPunctuation) {
  EXPECT_NEAR(likeness("The cat, the DOG!", "the cat the dog"), 1.0F, 1e-5F);
}

TEST(TextVector, IsNearerTheMoreWordsAreShared) {
  const std::string_view asked = "how do I reset my password";
  const float near = likeness(asked, "to reset your password press reset");
  const float far = likeness(asked, "bananas are yellow fruit");
  EXPECT_GT(near, 0.3F);
  EXPECT_LT(std::abs(far), 0.2F);
}

}  // namespace
}  // namespace patchbay::testing
