// Pictures that the stub makes itself: a pattern of coloured squares, as PNG.

#pragma once

#include <cstdint>
#include <string>

namespace patchbay::plugins::stub {

struct PictureOptions {
  std::uint64_t seed = 0;    // the same seed gives the same picture
  std::uint32_t width = 16;  // both from 16 to 4096
  std::uint32_t height = 16;
  std::uint32_t squares = 8;  // in each direction, 1 to 8: fewer make a preview
};

// The bytes of a PNG file, a few kilobytes whatever its size.
std::string draw_picture(const PictureOptions& options);

}  // namespace patchbay::plugins::stub
