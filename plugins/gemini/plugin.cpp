// The plugin's entry: one provider type, `gemini`.

#include "patchbay/plugin.hpp"

#include "plugins/gemini/gemini_provider.hpp"

namespace {

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.gemini",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::plugins::gemini::GeminiProvider>(*hello);
}
