#include "core/documents/vectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace patchbay::documents {
namespace {

constexpr float kLargest = 127;

}  // namespace

std::string packed(const std::vector<float>& embedding) {
  float largest = 0;
  for (const float number : embedding) {
    if (!std::isfinite(number)) return {};
    largest = std::max(largest, std::abs(number));
  }
  std::string bytes;
  if (largest == 0) return bytes;
  bytes.reserve(embedding.size());
  for (const float number : embedding)
    bytes += static_cast<char>(static_cast<std::int8_t>(std::lround(number / largest * kLargest)));
  return bytes;
}

Direction::Direction(std::vector<float> embedding) : numbers_(std::move(embedding)) {
  double square = 0;
  for (const float number : numbers_)
    square += static_cast<double>(number) * static_cast<double>(number);
  const bool usable = std::isfinite(square) && square > 0;
  const double length = usable ? std::sqrt(square) : 1;
  for (float& number : numbers_)
    number = usable ? static_cast<float>(static_cast<double>(number) / length) : 0;
}

float Direction::nearness(std::string_view packed) const {
  if (packed.size() != numbers_.size() || packed.empty()) return -1;
  float product = 0;
  std::int64_t square = 0;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    const auto number = static_cast<std::int8_t>(packed[i]);
    product += numbers_[i] * static_cast<float>(number);
    square += static_cast<std::int64_t>(number) * number;
  }
  return square == 0 ? -1 : product / std::sqrt(static_cast<float>(square));
}

}  // namespace patchbay::documents
