#include "core/check/mutation.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace patchbay::check {
namespace {

TEST(Mutation, IsTheSameWithTheSameNumbers) {
  const std::string text = R"(data: {"a":[1,2,{"b":"c"}]})";
  std::mt19937_64 first(42);
  std::mt19937_64 second(42);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(mutate(text, first), mutate(text, second));
}

TEST(Mutation, ChangesTheTextInManyWays) {
  const std::string text = R"(data: {"a":[1,2,{"b":"c"}]})";
  std::mt19937_64 random(1);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(mutate(text, random));
  EXPECT_GT(seen.size(), 80U);
}

TEST(Mutation, MakesSomethingOfNothing) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100; ++i)
    EXPECT_LT(mutate("", random).size(), 1000U);
}

}  // namespace
}  // namespace patchbay::check
