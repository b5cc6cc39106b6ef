// The providers that calls can go to, by the name the configuration gives them.

#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/plugin_host/instance.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

class Credentials;
class Recorder;

struct Provider {
  std::shared_ptr<plugin_host::Instance> instance;
  upstream::Connection connection;
  upstream::Timeouts timeouts;
  bool passthrough = false;                            // clients may ask for any path of its API
  std::shared_ptr<Credentials> credentials = nullptr;  // of one whose credential expires
  std::shared_ptr<const Recorder> recorder = nullptr;  // of one whose traffic is kept
};

using ProviderTable = std::map<std::string, Provider, std::less<>>;

}  // namespace patchbay::relay
