// Reproducible chance: the same seed makes the same load.

#pragma once

#include <cstdint>
#include <random>

namespace patchbay::churn {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  // From `low` to `high`, both possible.
  std::size_t between(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(engine_);
  }

  // True in so many of a hundred cases.
  bool percent(unsigned share) { return between(0, 99) < share; }

  std::uint64_t bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace patchbay::churn
