// Embeddings as they are stored and compared.
//
// A number takes one byte: what is compared is the direction of a vector, and scaled to its own
// largest number 8 bits a number turn it by well under a degree. A thousand chunks of a model with
// 1536 numbers take 1.5 MB that way, and are what a search reads.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::documents {

// Empty for a vector without a direction: no numbers, only zeros, or one that is none.
std::string packed(const std::vector<float>& embedding);

// What chunks are compared with.
class Direction {
 public:
  explicit Direction(std::vector<float> embedding);

  // The cosine of the angle between the two: 1 for the same direction, 0 for nothing in common.
  // -1 for a vector of another length, which another model has made.
  [[nodiscard]] float nearness(std::string_view packed) const;

 private:
  std::vector<float> numbers_;  // of length 1
};

}  // namespace patchbay::documents
