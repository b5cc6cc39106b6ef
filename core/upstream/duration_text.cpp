#include "core/upstream/duration_text.hpp"

namespace patchbay::upstream {

std::string duration_text(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + " h";
  if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + " min";
  std::string text = std::to_string(ms / 1000);
  if (const auto tenths = ms % 1000 / 100; tenths != 0) {
    text.append(".").append(std::to_string(tenths));
  }
  return text + " s";
}

}  // namespace patchbay::upstream
