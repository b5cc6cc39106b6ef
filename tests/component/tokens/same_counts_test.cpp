// Texts of many languages and kinds count as js-tiktoken counts them; expected_counts.mjs writes
// both.

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/tokens/counter.hpp"

namespace patchbay::tokens {
namespace {

struct Sample {
  std::string_view text;
  std::int64_t o200k = 0;
  std::int64_t cl100k = 0;
};

std::uint32_t take_number(std::string_view& bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes.at(i));
  bytes.remove_prefix(4);
  return value;
}

Sample take_sample(std::string_view& bytes) {
  Sample sample;
  const std::size_t size = take_number(bytes);
  sample.o200k = take_number(bytes);
  sample.cl100k = take_number(bytes);
  sample.text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return sample;
}

TEST(SameCounts, AsTheReferenceForEveryText) {
  std::ifstream file(PATCHBAY_EXPECTED_COUNTS, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  std::string_view rest = all;
  int texts = 0;
  while (!rest.empty()) {
    const Sample sample = take_sample(rest);
    const Count o200k = count(Encoding::kO200k, sample.text);
    const Count cl100k = count(Encoding::kCl100k, sample.text);
    EXPECT_EQ(o200k.tokens, sample.o200k) << "o200k: " << sample.text;
    EXPECT_EQ(cl100k.tokens, sample.cl100k) << "cl100k: " << sample.text;
    ++texts;
  }
  EXPECT_GE(texts, 500);
}

}  // namespace
}  // namespace patchbay::tokens
