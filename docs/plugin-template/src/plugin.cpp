// The plugin's one door.

#include "shout_provider.hpp"

namespace sdk = patchbay::sdk;

static constexpr sdk::PluginInfo kInfo{.id = "org.example.shout",
                                       .version = SHOUT_VERSION,
                                       .vendor = "Example",
                                       .license = "MIT"};

const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
  return sdk::plugin<kInfo, shout::ShoutProvider>(*hello);
}
