// A reader of PNG files that shares nothing with what draws them: checksums, the structure, and the
// lines of the picture. Of deflate it knows the fixed codes, of the line filters the first three.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::testing {

struct Png {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string palette;
  std::vector<std::string> lines;  // of places in the palette
  std::string problem;             // empty: everything was right
};

Png read_png(std::string_view file);

}  // namespace patchbay::testing
