// The plugin's entry: one provider type, `stub`.

#include "patchbay/plugin.hpp"

#include "plugins/stub/stub_provider.hpp"

namespace {

namespace stub = patchbay::plugins::stub;

constexpr patchbay::sdk::PluginInfo kInfo{.id = "patchbay.stub",
                                          .version = PATCHBAY_VERSION,
                                          .vendor = "Patchbay",
                                          .license = "Apache-2.0",
                                          .deinit = []() noexcept { stub::timer().stop(); }};

}  // namespace

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return patchbay::sdk::plugin<kInfo, stub::StubProvider>(*hello);
}
