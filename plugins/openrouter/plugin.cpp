// The plugin's entry: one provider type, `openrouter`.

#include "patchbay/plugin.hpp"

#include "plugins/openrouter/openrouter_provider.hpp"

namespace {

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.openrouter",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::plugins::openrouter::OpenRouterProvider>(*hello);
}
