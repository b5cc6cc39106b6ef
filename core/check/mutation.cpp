#include "core/check/mutation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace patchbay::check {
namespace {

// What readers of JSON and of event streams are known to stumble over.
constexpr std::array<std::string_view, 24> kPieces{"null",
                                                   "{}",
                                                   "[]",
                                                   "\"\"",
                                                   "-1",
                                                   "1e308",
                                                   "99999999999999999999",
                                                   "true",
                                                   "\"\\ud800\"",
                                                   "\"\\u0000\"",
                                                   "\xff\xfe",
                                                   "\xc3",
                                                   "\n\n",
                                                   "\r\n",
                                                   "data: ",
                                                   "data: [DONE]\n\n",
                                                   "event: error\n",
                                                   ":",
                                                   ",",
                                                   "}",
                                                   "]",
                                                   "\\",
                                                   "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                                   "{\"error\":{\"message\":null}}"};

std::size_t below(std::mt19937_64& random, std::size_t limit) {
  return limit == 0 ? 0 : static_cast<std::size_t>(random() % limit);
}

// A value of a JSON text: from behind a colon to the next comma or bracket.
void replace_value(std::string& text, std::mt19937_64& random) {
  const std::size_t colon = text.find(':', below(random, text.size()));
  if (colon == text.npos) return;
  const std::size_t end = std::min(text.find_first_of(",}]", colon), text.size());
  text.replace(colon + 1, end - colon - 1, kPieces[below(random, kPieces.size())]);
}

void change(std::string& text, std::mt19937_64& random) {
  const std::size_t at = below(random, text.size() + 1);
  const std::size_t length = 1 + below(random, 24);
  switch (below(random, 7)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(random());
      return;
    case 1:
      text.erase(at, length);
      return;
    case 2:
      text.insert(at, text.substr(at, length));
      return;
    case 3:
      text.resize(at);
      return;
    case 4:
      text.insert(at, kPieces[below(random, kPieces.size())]);
      return;
    case 5:
      if (at < text.size()) text.append(text.substr(at, 400));
      return;
    default:
      replace_value(text, random);
      return;
  }
}

}  // namespace

std::string mutate(std::string text, std::mt19937_64& random) {
  const std::size_t changes = 1 + below(random, 4);
  for (std::size_t i = 0; i < changes; ++i)
    change(text, random);
  return text;
}

}  // namespace patchbay::check
