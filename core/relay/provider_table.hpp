// The providers that calls can go to, by the name the configuration gives them.

#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/plugin_host/instance.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

struct Provider {
  std::shared_ptr<plugin_host::Instance> instance;
  upstream::Connection connection;
  upstream::Timeouts timeouts;
};

using ProviderTable = std::map<std::string, Provider, std::less<>>;

}  // namespace patchbay::relay
