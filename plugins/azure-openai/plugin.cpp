// The plugin's entry: one provider type, `azure-openai`.

#include "patchbay/plugin.hpp"

#include "plugins/azure-openai/azure_provider.hpp"

namespace {

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.azure-openai",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::plugins::azure_openai::AzureProvider>(*hello);
}
