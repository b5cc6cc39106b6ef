#include "plugins/stub/text_vector.hpp"

#include <cmath>
#include <cstddef>
#include <string>

#include "plugins/shared/openai_choice.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::size_t kBytesMax = 64 * 1024;
constexpr int kPlacesOfAWord = 8;

// Letters and digits, and everything that is not ASCII; letters in lower case.
char in_word(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
  const bool inside = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      (static_cast<unsigned char>(c) & 0x80U) != 0;
  return inside ? c : '\0';
}

void add_word(std::string_view word, std::vector<float>& vector) {
  std::uint64_t hash = hash_of(word);
  for (int i = 0; i < kPlacesOfAWord; ++i) {
    hash = hash * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t high = hash >> 20U;
    vector[high % vector.size()] += (hash >> 63U) != 0 ? 1.0F : -1.0F;
  }
}

}  // namespace

std::vector<float> vector_of(std::string_view text, std::uint32_t dimensions) {
  std::vector<float> vector(dimensions, 0.0F);
  std::string word;
  for (const char byte : text.substr(0, kBytesMax)) {
    if (const char c = in_word(byte); c != '\0') {
      word += c;
    } else if (!word.empty()) {
      add_word(word, vector);
      word.clear();
    }
  }
  if (!word.empty()) add_word(word, vector);

  double length = 0;
  for (const float number : vector)
    length += double{number} * double{number};
  if (length == 0) {  // no words, or words that cancel each other out
    vector[hash_of(text) % vector.size()] = 1.0F;
    return vector;
  }
  const double scale = 1 / std::sqrt(length);
  for (float& number : vector)
    number = static_cast<float>(number * scale);
  return vector;
}

}  // namespace patchbay::plugins::stub
