#include "core/plugin_host/vocabulary.hpp"

#include <array>

#include "core/sdk/patchbay/tools.h"

namespace patchbay::plugin_host {
namespace {

struct Mode {
  std::string_view name;
  pbay_mode mode;
};

constexpr std::array<Mode, 10> kModes{{{"chat", PBAY_MODE_CHAT},
                                       {"image", PBAY_MODE_IMAGE},
                                       {"embedding", PBAY_MODE_EMBEDDING},
                                       {"transcribe", PBAY_MODE_TRANSCRIBE},
                                       {"speech", PBAY_MODE_SPEECH},
                                       {"models", PBAY_MODE_MODELS},
                                       {"raw", PBAY_MODE_RAW},
                                       {"moderation", PBAY_MODE_MODERATION},
                                       {"rerank", PBAY_MODE_RERANK},
                                       {"tool", PBAY_MODE_TOOL}}};

}  // namespace

std::uint64_t mode_bit(std::string_view name) {
  for (const Mode& mode : kModes) {
    if (mode.name == name) return PBAY_MODE_BIT(mode.mode);
  }
  return 0;
}

std::string_view mode_name(pbay_mode mode) {
  for (const Mode& known : kModes) {
    if (known.mode == mode) return known.name;
  }
  return "unknown";
}

std::vector<std::string> mode_names(std::uint64_t bits) {
  std::vector<std::string> names;
  for (const Mode& mode : kModes) {
    if ((bits & PBAY_MODE_BIT(mode.mode)) != 0) names.emplace_back(mode.name);
  }
  return names;
}

std::uint64_t known_modes() {
  std::uint64_t bits = 0;
  for (const Mode& mode : kModes)
    bits |= PBAY_MODE_BIT(mode.mode);
  return bits;
}

}  // namespace patchbay::plugin_host
