#include "plugins/shared/splice.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::plugins {
namespace {

std::string joined(const Splice& splice) {
  std::array<std::string_view, Splice::kPiecesMax> pieces;
  std::string out;
  const std::size_t count = splice.pieces(pieces);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_FALSE(pieces[i].empty());
    out += pieces[i];
  }
  return out;
}

TEST(Splice, LeavesTheTextAloneWithoutEdits) {
  Splice splice("abc");
  std::array<std::string_view, Splice::kPiecesMax> pieces;
  EXPECT_EQ(splice.pieces(pieces), 1u);
  EXPECT_EQ(joined(splice), "abc");
  EXPECT_EQ(joined(Splice("")), "");
}

TEST(Splice, PutsEditsInOrderHoweverTheyCome) {
  Splice splice("0123456789");
  EXPECT_TRUE(splice.replace({8, 2}, "Z"));
  EXPECT_TRUE(splice.replace({0, 1}, "A"));
  EXPECT_TRUE(splice.replace({4, 0}, "+"));
  EXPECT_EQ(joined(splice), "A123+4567Z");
}

TEST(Splice, KeepsTheOrderOfInsertsAtOnePlace) {
  Splice splice("{}");
  EXPECT_TRUE(splice.insert_first("a"));
  EXPECT_TRUE(splice.insert_first("b"));
  EXPECT_EQ(joined(splice), "{ab}");
}

TEST(Splice, RefusesWhatCannotBe) {
  Splice splice("0123456789");
  EXPECT_TRUE(splice.replace({2, 4}, "x"));
  EXPECT_FALSE(splice.replace({3, 1}, "y")) << "it overlaps";
  EXPECT_FALSE(splice.replace({0, 3}, "y")) << "it overlaps";
  EXPECT_FALSE(splice.replace({8, 3}, "y")) << "it ends outside";
  EXPECT_FALSE(splice.replace({11, 0}, "y")) << "it begins outside";
  EXPECT_FALSE(splice.insert_first("y")) << "no object";
  EXPECT_EQ(joined(splice), "01x6789");
  for (std::size_t i = 6; i < 9; ++i)
    EXPECT_TRUE(splice.replace({i, 0}, "-"));
  EXPECT_FALSE(splice.replace({9, 0}, "-")) << "one too many";
}

}  // namespace
}  // namespace patchbay::plugins
