// The plugin's entry point: one provider type, `anthropic`.

#include "patchbay/plugin.hpp"

#include "plugins/anthropic/anthropic_provider.hpp"

namespace {

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.anthropic",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::plugins::anthropic::AnthropicProvider>(*hello);
}
