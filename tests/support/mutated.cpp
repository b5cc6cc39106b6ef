#include "tests/support/mutated.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace patchbay::testing {

std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&random](std::size_t end) {
    return random() % std::max<std::size_t>(end, 1);
  };
  const std::size_t at = below(text.size());
  switch (random() % 5) {
    case 0:
      text.resize(at);
      break;
    case 1:
      if (!text.empty()) text[at] = static_cast<char>(random() % 256);
      break;
    case 2:
      text.insert(at, text.substr(below(text.size()), below(40)));
      break;
    case 3:
      text.erase(at, below(20));
      break;
    default: {
      constexpr std::string_view kNasty[] = {"null",
                                             "{}",
                                             "[]",
                                             "\"\\ud800\"",
                                             "-1e999",
                                             "[[[[[[",
                                             "\\",
                                             "\0",
                                             "18446744073709551616"};
      text.insert(at, kNasty[random() % std::size(kNasty)]);
    }
  }
  return text;
}

}  // namespace patchbay::testing
