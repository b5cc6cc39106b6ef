// The stub's pictures are PNG files of the size that was asked for.

#include "plugins/stub/picture.hpp"

#include <set>

#include <gtest/gtest.h>

#include "tests/component/stub/png_reader.hpp"

namespace patchbay::testing {
namespace {

using plugins::stub::draw_picture;
using plugins::stub::PictureOptions;

class Size : public ::testing::TestWithParam<std::pair<std::uint32_t, std::uint32_t>> {};

TEST_P(Size, IsHonoured) {
  const auto [width, height] = GetParam();
  for (const std::uint32_t squares : {1U, 2U, 4U, 8U}) {
    const Png png =
        read_png(draw_picture({.seed = 7, .width = width, .height = height, .squares = squares}));
    EXPECT_EQ(png.problem, "");
    EXPECT_EQ(png.width, width);
    EXPECT_EQ(png.height, height);
    ASSERT_EQ(png.lines.size(), height);
    const std::set<std::string> different(png.lines.begin(), png.lines.end());
    EXPECT_LE(different.size(), squares);
    for (const char place : png.lines.front())
      EXPECT_LT(static_cast<std::size_t>(place) * 3, png.palette.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Picture,
                         Size,
                         ::testing::Values(std::pair{16U, 16U},
                                           std::pair{17U, 31U},
                                           std::pair{256U, 256U},
                                           std::pair{333U, 100U},
                                           std::pair{1024U, 1024U},
                                           std::pair{1792U, 1024U},
                                           std::pair{16U, 4096U},
                                           std::pair{4096U, 16U}));

TEST(Picture, FollowsFromItsSeedAlone) {
  const PictureOptions one{.seed = 1, .width = 64, .height = 64};
  const PictureOptions other{.seed = 2, .width = 64, .height = 64};
  EXPECT_EQ(draw_picture(one), draw_picture(one));
  EXPECT_NE(draw_picture(one), draw_picture(other));
}

TEST(Picture, StaysSmallHoweverLargeItIs) {
  EXPECT_LT(draw_picture({.seed = 1, .width = 1024, .height = 1024}).size(), 16u * 1024);
  EXPECT_LT(draw_picture({.seed = 1, .width = 4096, .height = 4096}).size(), 256u * 1024);
}

}  // namespace
}  // namespace patchbay::testing
