// The plugin's entry: one provider type, `openai`.

#include "patchbay/plugin.hpp"

#include "plugins/openai/openai_provider.hpp"

namespace {

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.openai",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0"};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, patchbay::plugins::openai::OpenAiProvider>(*hello);
}
