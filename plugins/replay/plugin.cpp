// The plugin's entry: one provider type, `replay`.

#include "patchbay/plugin.hpp"

#include "plugins/replay/replay_provider.hpp"

namespace {

namespace replay = patchbay::plugins::replay;

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.replay",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0",
                                          .deinit = []() noexcept { replay::timer().stop(); }};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, replay::ReplayProvider>(*hello);
}
