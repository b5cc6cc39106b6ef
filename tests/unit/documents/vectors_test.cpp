#include "core/documents/vectors.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::documents {
namespace {

float nearness(const std::vector<float>& question, const std::vector<float>& chunk) {
  return Direction(question).nearness(packed(chunk));
}

TEST(Vectors, AreAsNearAsTheirDirections) {
  EXPECT_NEAR(nearness({1, 2, 3}, {1, 2, 3}), 1, 0.001);
  EXPECT_NEAR(nearness({1, 2, 3}, {10, 20, 30}), 1, 0.001);
  EXPECT_NEAR(nearness({1, 0}, {0, 5}), 0, 0.001);
  EXPECT_NEAR(nearness({1, 0}, {-3, 0}), -1, 0.001);
  EXPECT_NEAR(nearness({1, 0}, {1, 1}), std::sqrt(0.5), 0.01);
}

TEST(Vectors, KeepTheirDirectionInAByteForEachNumber) {
  std::vector<float> one;
  std::vector<float> other;
  double product = 0;
  double square = 0;
  double other_square = 0;
  for (int i = 0; i < 1536; ++i) {
    one.push_back(static_cast<float>(std::sin(i * 1.7) * 0.02));
    other.push_back(static_cast<float>(std::sin(i * 1.7) * 0.02 + std::cos(i * 0.3) * 0.01));
    product += static_cast<double>(one.back()) * static_cast<double>(other.back());
    square += static_cast<double>(one.back()) * static_cast<double>(one.back());
    other_square += static_cast<double>(other.back()) * static_cast<double>(other.back());
  }
  EXPECT_EQ(packed(one).size(), one.size());
  EXPECT_NEAR(nearness(one, other), product / std::sqrt(square * other_square), 0.001);
}

TEST(Vectors, OfAnotherLengthAreNotCompared) {
  EXPECT_EQ(nearness({1, 2}, {1, 2, 3}), -1);
  EXPECT_EQ(nearness({}, {1}), -1);
}

TEST(Vectors, WithoutADirectionAreNone) {
  EXPECT_EQ(packed({}), "");
  EXPECT_EQ(packed({0, 0}), "");
  EXPECT_EQ(packed({1, std::numeric_limits<float>::infinity()}), "");
  EXPECT_EQ(packed({1, std::numeric_limits<float>::quiet_NaN()}), "");
  EXPECT_NEAR(nearness({0, 0}, {1, 1}), 0, 0.001);
}

}  // namespace
}  // namespace patchbay::documents
